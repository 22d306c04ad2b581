import { exposureAt, exposuresOf } from "../optimizer/periods/exposures.ts"
import { type PeriodsOptimum, type PeriodsSolution, parseSpendName } from "../optimizer/periods/problem.ts"
import { pointerToken } from "../validation.ts"
import { assemble, assertNumbers, type Circumstances, finite, ratio, unsolved } from "./answer.ts"
import { earned, heldToday, marginalOf, type Spent } from "./periods-earned.ts"
import type { PreparedPeriods } from "./periods-problem.ts"
import type { Answer, OptimizeRequest } from "./schema.ts"

/**
 * The answer to a request with periods: sums over the horizon as those of any answer, and `periods` beside them.
 * Throws infeasible with the conflicts as JSON pointers into the request, unbounded, not-solvable, time-limit-reached or
 * deadline-exceeded.
 */
export function periodsAnswerOf(
  request: OptimizeRequest,
  prepared: PreparedPeriods,
  solution: PeriodsSolution,
  circumstances: Circumstances,
): Answer {
  if (!("spends" in solution)) {
    throw unsolved(solution, request, (conflict) => conflictPointer(conflict, request, prepared))
  }
  assertNumbers([...solution.spends.flat(), solution.response, solution.gap])
  const { problem } = prepared
  const { objective, afterHorizon } = problem
  const count = problem.seasonality.length
  const value = "valuePerResponse" in objective ? objective.valuePerResponse : 1
  const exposures = exposuresOf(problem)
  const held = heldToday(problem)
  const spends = Float64Array.from(solution.spends.flat())
  const order = Object.keys(request.budget).map((name) => prepared.channels.findIndex((one) => one.name === name))
  const channels = order.map((c) => channelOf(prepared, solution, c, { exposures, held, spends, value }))
  const inPeriod = (t: number, at: Float64Array) => ({
    spend: problem.channels.reduce((sum, _, c) => sum + (at[c * count + t] ?? 0), 0),
    response: earned(
      exposures.filter(({ period }) => period === t),
      at,
    ),
  })
  const after = exposures.filter(({ period }) => period >= count)
  return {
    ...assemble(prepared, solution, circumstances, channels, value),
    periods: {
      afterHorizon: { counted: afterHorizon === "counted", today: earned(after, held), optimal: earned(after, spends) },
      totals: problem.seasonality.map((_, t) => ({
        period: t + 1,
        today: inPeriod(t, held),
        optimal: inPeriod(t, spends),
      })),
      channels: order.map((c) => ({
        channel: problem.channels[c]?.name ?? "",
        periods: problem.seasonality.map((_, t) => ({
          ...periodOf(c, t, c * count + t, { exposures, spends, value }),
          ...boundIn(prepared, solution, c, t),
        })),
      })),
    },
  }
}

function periodOf(channel: number, period: number, column: number, spent: Spent) {
  const exposure = spent.exposures.find((one) => one.channel === channel && one.period === period)
  if (!exposure) throw new Error(`There is no exposure of channel ${channel} in period ${period}.`)
  const at = exposureAt(exposure, spent.spends)
  return {
    period: period + 1,
    spend: spent.spends[column] as number,
    exposure: at,
    response: exposure.shape.response(at),
    marginalRoi: finite(marginalOf(column, spent)),
  }
}

function channelOf(
  { channels, problem }: PreparedPeriods,
  solution: PeriodsOptimum,
  c: number,
  spent: Spent & { readonly held: Float64Array },
) {
  const channel = channels[c]
  const own = solution.spends[c]
  if (channel === undefined || own === undefined) throw new Error(`The solution has no spends for channel ${c}.`)
  const count = problem.seasonality.length
  const exposures = spent.exposures.filter((exposure) => exposure.channel === c)
  const spend = own.reduce((sum, value) => sum + value, 0)
  const response = earned(exposures, spent.spends)
  const marginals = own.map((_, t) => marginalOf(c * count + t, { ...spent, exposures }))
  return {
    channel: channel.name,
    model: channel.model,
    ...(channel.example ? { example: true as const } : {}),
    today: { spend: channel.today * count, response: earned(exposures, spent.held) },
    spend,
    response,
    roi: ratio(spent.value * response, spend),
    marginalRoi: finite(marginals.reduce((sum, value) => sum + value / count, 0)),
    ...boundOfAll(own.map((_, t) => boundIn({ channels }, solution, c, t))),
  }
}

function boundIn(
  { channels }: Pick<PreparedPeriods, "channels">,
  { spendBounds }: PeriodsOptimum,
  c: number,
  t: number,
) {
  const { bound = null, shadowPrice = 0 } = spendBounds[c]?.[t] ?? {}
  return { bound: channels[c]?.pinned ? ("pinned" as const) : bound, shadowPrice }
}

/** Of a channel that is at the same bound in every period: what one unit of relaxing it in all of them adds. */
function boundOfAll(each: readonly ReturnType<typeof boundIn>[]) {
  const bound = each[0]?.bound ?? null
  if (bound === null || each.some((one) => one.bound !== bound)) return { bound: null, shadowPrice: 0 }
  return { bound, shadowPrice: finite(each.reduce((sum, { shadowPrice }) => sum + shadowPrice, 0)) }
}

/** What set a demand in the request: of a spend's bound, the period's own where there is one, or the channel's. */
function conflictPointer(conflict: string, request: OptimizeRequest, { channels }: PreparedPeriods): string {
  if (conflict.startsWith("/")) return conflict
  if (conflict === "total") return request.constraints?.total === undefined ? "/budget" : "/constraints/total"
  if (conflict.startsWith("objective.")) return `/${conflict.replace(".", "/")}`
  const { spend = "", side } = /^channels\.(?<spend>.*)\.(?<side>min|max|minIfUsed)$/s.exec(conflict)?.groups ?? {}
  const parsed = parseSpendName(spend)
  if (parsed === undefined || (side !== "min" && side !== "max" && side !== "minIfUsed"))
    throw new Error(`${conflict} is no demand.`)
  const { channel, period } = parsed
  const listed = Object.entries(request.periods?.channels ?? {}).find(([name]) => name === channel)?.[1].byPeriod ?? []
  const single = listed.findIndex((one) => one.period === period + 1 && side !== "minIfUsed" && one[side] !== undefined)
  const token = pointerToken(channel)
  if (single >= 0) return `/periods/channels/${token}/byPeriod/${single}/${side}`
  const isPinned = channels.some(({ name, pinned }) => name === channel && pinned)
  return `/constraints/channels/${token}/${isPinned ? "pinned" : side}`
}
