import { exposureAt, exposuresOf } from "../optimizer/periods/exposures.ts"
import type { Curve } from "../optimizer/schema.ts"
import { finite } from "./answer.ts"
import { earned, heldToday, marginalOf } from "./periods-earned.ts"
import type { ReportChannel, ReportPeriod } from "./report-schema.ts"
import type { StoredResult } from "./schema.ts"

/**
 * By channel, in the answer's order, what changes in each period, computed again from the stored request and spends;
 * undefined for a result of one period.
 */
export function periodsOf(
  { request, periods: answered, channels }: Pick<StoredResult, "request" | "periods" | "channels">,
  curves: readonly { readonly curve: Curve }[],
): ReportPeriod[][] | undefined {
  const { periods, objective } = request
  if (!periods || !answered) return undefined
  const past = new Map(Object.entries(periods.past ?? {}))
  const seasonality = answered.totals.map((_, t) => periods.seasonality?.[t] ?? 1)
  const problem = {
    seasonality,
    afterHorizon: periods.afterHorizon ?? ("ignored" as const),
    channels: channels.map(({ channel, today }, c) => {
      const spent = past.get(channel)
      const { curve } = curves[c] as (typeof curves)[number]
      return { curve, today: today.spend / seasonality.length, ...(spent ? { past: spent } : {}) }
    }),
  }
  const value = (objective && "valuePerResponse" in objective ? objective.valuePerResponse : undefined) ?? 1
  const exposures = exposuresOf(problem)
  const optimal = Float64Array.from(answered.channels.flatMap((channel) => channel.periods.map(({ spend }) => spend)))
  const today = heldToday(problem)
  return channels.map((_, c) => {
    const own = exposures.filter(({ channel }) => channel === c)
    return seasonality.map((_, t): ReportPeriod => {
      const column = c * seasonality.length + t
      const inPeriod = own.filter(({ period }) => period === t)
      const both = <T>(of: (spends: Float64Array) => T) => ({ today: of(today), optimal: of(optimal) })
      const spend = both((spends) => spends[column] as number)
      const response = both((spends) => earned(inPeriod, spends))
      return {
        period: t + 1,
        spend: changeOf(spend.today, spend.optimal),
        response: changeOf(response.today, response.optimal),
        exposure: both((spends) => inPeriod.reduce((sum, exposure) => sum + exposureAt(exposure, spends), 0)),
        marginalRoi: both((spends) => finite(marginalOf(column, { exposures: own, spends, value }))),
      }
    })
  })
}

/** Rows of the CSV, one a period. */
export const periodRows = ({ channel, model, unit }: ReportChannel, periods: readonly ReportPeriod[]) =>
  periods.map(({ period, spend, response, exposure, marginalRoi }) => ({
    channel,
    model,
    unit,
    period,
    spend_today: spend.today,
    spend_optimal: spend.optimal,
    spend_change: spend.change,
    spend_change_relative: spend.relative,
    response_today: response.today,
    response_optimal: response.optimal,
    response_change: response.change,
    exposure_today: exposure.today,
    exposure_optimal: exposure.optimal,
    marginal_roi_today: marginalRoi.today,
    marginal_roi_optimal: marginalRoi.optimal,
  }))

export function changeOf(today: number, optimal: number) {
  const change = optimal - today
  return { today, optimal, change, relative: ratio(change, today) }
}

export const ratio = (part: number, whole: number): number | null => {
  const share = part / whole
  return whole > 0 && Number.isFinite(share) ? share : null
}
