import { type Model, referenceOf } from "../models/schema.ts"
import { reportCsv, reportOf, type Source } from "./report.ts"
import type { Answer, OptimizeRequest, StoredResult } from "./schema.ts"

/** A stored result and the models that it names, as a thread is given them: both texts are JSON. */
export interface ToReport {
  readonly request: string
  readonly answer: string
  readonly models: readonly Model[]
  readonly points: number
  readonly format: "json" | "csv"
}

/** The report as text. */
export function reportTask({ request, answer, models, points, format }: ToReport): string {
  const result: StoredResult = { ...(JSON.parse(answer) as Answer), request: JSON.parse(request) as OptimizeRequest }
  const report = reportOf(result, sourcesOf(result, models), points)
  return format === "csv" ? reportCsv(report) : JSON.stringify(report)
}

/** By channel, the curve that its answer was computed with. */
function sourcesOf({ channels, request }: StoredResult, models: readonly Model[]): Map<string, Source> {
  const inline = new Map(Object.entries(request.curves ?? {}))
  const stored = new Map(models.map((model) => [referenceOf(model), model]))
  return new Map(
    channels.map(({ channel, model }): [string, Source] => {
      const curve = inline.get(channel)
      if (curve !== undefined) return [channel, { curve, unit: null }]
      const found = stored.get(model)
      if (found === undefined) throw new Error(`${channel} was computed with ${model}, which is in no table.`)
      return [channel, { curve: found.curve, unit: found.unit }]
    }),
  )
}
