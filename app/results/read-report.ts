import type { Context } from "../data/audit.ts"
import type { Queryable } from "../data/database.ts"
import { readReferenced } from "../models/models.ts"
import { parseReference } from "../models/schema.ts"
import { pointLimit } from "./report-schema.ts"
import { reportTask, type ToReport } from "./report-task.ts"
import { readResultText } from "./results.ts"
import type { SolveOptions, Solver } from "./solver.ts"

/** Points of curves, those of all channels together, up to which a report is made on the event loop's thread: milliseconds. */
const inlinePoints = 2_000

interface ReportDeps {
  readonly database: Queryable
  readonly solver: Pick<Solver, "report">
}

/**
 * The report of one result of the actor, as JSON or CSV. Models that were deleted since are still there, and versions
 * never change. Throws not-found, also for a result of somebody else, and overloaded.
 */
export async function readReport(
  { database, solver }: ReportDeps,
  id: string,
  context: Context,
  { points = pointLimit.default, format }: { readonly points?: number | undefined } & Pick<ToReport, "format">,
  options: SolveOptions = {},
): Promise<string | Buffer> {
  const { spends, models: named, ...texts } = await readResultText(database, id, context)
  const found = named.length === 0 ? [] : await readReferenced(database, named.map(parseReference))
  const asked = { ...texts, models: found.filter((model) => model !== undefined), points, format }
  if (spends * points <= inlinePoints) return reportTask(asked)
  const { buffer, byteOffset, byteLength } = await solver.report(asked, options)
  return Buffer.from(buffer, byteOffset, byteLength)
}
