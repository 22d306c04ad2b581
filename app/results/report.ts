import { stringify } from "csv-stringify/sync"
import { marginal, shapeOf } from "../optimizer/curves.ts"
import type { Curve } from "../optimizer/schema.ts"
import { changeOf, periodRows, periodsOf, ratio } from "./periods-report.ts"
import { pointLimit, type Report, type ReportChannel, type ReportPeriod } from "./report-schema.ts"
import type { Answer, StoredResult } from "./schema.ts"
import { channelSentence, constraintSentence, summaryOf } from "./sentences.ts"

/** The curve that a channel's answer was computed with. */
export interface Source {
  readonly curve: Curve
  /** Null for an inline curve. */
  readonly unit: string | null
}

/** What an answer changes and why, channel by channel, with the curves to draw it by. */
export function reportOf(
  result: StoredResult,
  sources: ReadonlyMap<string, Source>,
  points: number = pointLimit.default,
): Report {
  const { id, createdAt, goal, totals, budget, warnings } = result
  const curves = result.channels.map(({ channel }) => {
    const source = sources.get(channel)
    if (source === undefined) throw new Error(`There is no curve for ${channel} of result ${id}.`)
    return source
  })
  const periods = periodsOf(result, curves)
  const channels = result.channels.map((one, c) => channelOf(result, one, curves[c] as Source, points, periods?.[c]))
  return {
    id,
    createdAt,
    goal,
    summary: summaryOf(result, channels),
    totals,
    budget,
    channels,
    constraints: result.constraints.map((constraint) => ({
      ...constraint,
      sentence: constraintSentence(constraint),
    })),
    warnings,
  }
}

function channelOf(
  { totals, request: { objective } }: StoredResult,
  answered: Answer["channels"][number],
  { curve, unit }: Source,
  points: number,
  periods: ReportPeriod[] | undefined,
): ReportChannel {
  const { channel, model, today, roi, marginalRoi, bound, shadowPrice } = answered
  const optimal = { spend: answered.spend, response: answered.response }
  const value = (objective && "valuePerResponse" in objective ? objective.valuePerResponse : undefined) ?? 1
  const count = periods?.length ?? 1
  const mean = ({ spend, response: earned }: { spend: number; response: number }) => ({
    spend: spend / count,
    response: earned / count,
  })
  const [heldToday, held] = [mean(today), mean(optimal)]
  const next = periods
    ? periods.reduce((sum, { marginalRoi: { today: rate } }) => sum + (rate ?? Infinity) / count, 0)
    : value * marginal(curve, today.spend)
  const row = {
    channel,
    model,
    unit,
    spend: changeOf(today.spend, optimal.spend),
    share: {
      today: ratio(today.spend, totals.today.spend),
      optimal: ratio(optimal.spend, totals.optimal.spend),
    },
    response: changeOf(today.response, optimal.response),
    roi: { today: ratio(value * today.response, today.spend), optimal: roi },
    marginalRoi: { today: Number.isFinite(next) ? next : null, optimal: marginalRoi },
    bound,
    shadowPrice,
  }
  return {
    ...row,
    sentence: channelSentence(row, Math.max(totals.today.spend, totals.optimal.spend)),
    curve: {
      points: pointsOf(curve, 1.5 * (Math.max(heldToday.spend, held.spend) || 1), points),
      today: heldToday,
      optimal: held,
    },
    ...(periods ? { periods } : {}),
  }
}

function pointsOf(curve: Curve, to: number, count: number) {
  const shape = shapeOf(curve)
  return Array.from({ length: count }, (_, i) => {
    const spend = (i / (count - 1)) * to
    return { spend, response: shape.response(spend) }
  })
}

/**
 * The channels of a report as CSV (RFC 4180), one row each; of several periods one row a channel and period. Text that a
 * spreadsheet would take for a formula is quoted.
 */
export function reportCsv({ channels }: Report): string {
  const rows = channels.flatMap((row): object[] => (row.periods ? periodRows(row, row.periods) : [rowOf(row)]))
  return stringify(rows, { header: true, escape_formulas: true, record_delimiter: "windows" })
}

const rowOf = (row: ReportChannel) => ({
  channel: row.channel,
  model: row.model,
  unit: row.unit,
  spend_today: row.spend.today,
  spend_optimal: row.spend.optimal,
  spend_change: row.spend.change,
  spend_change_relative: row.spend.relative,
  share_today: row.share.today,
  share_optimal: row.share.optimal,
  response_today: row.response.today,
  response_optimal: row.response.optimal,
  response_change: row.response.change,
  roi_today: row.roi.today,
  roi_optimal: row.roi.optimal,
  marginal_roi_today: row.marginalRoi.today,
  marginal_roi_optimal: row.marginalRoi.optimal,
  bound: row.bound,
  shadow_price: row.shadowPrice,
  sentence: row.sentence,
})
