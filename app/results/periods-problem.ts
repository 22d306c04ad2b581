import type { Model } from "../models/schema.ts"
import type { PeriodsConstraint, PeriodsProblem } from "../optimizer/periods/problem.ts"
import { ProblemError } from "../problem.ts"
import { pointerToken } from "../validation.ts"
import type { PeriodsRequest } from "./periods-schema.ts"
import { type Need, neededModels, type Prepared, type PreparedChannel, prepare } from "./problem.ts"
import { amountOf } from "./request.ts"
import type { OptimizeRequest } from "./schema.ts"

export interface PreparedPeriods extends Omit<Prepared, "problem"> {
  readonly problem: PeriodsProblem
}

/** The solver's problem for any checked request. `models` are in the order of `neededModels`. Throws what both kinds do. */
export function prepareWith(
  request: OptimizeRequest,
  models: readonly (Model | undefined)[],
): Prepared | PreparedPeriods {
  const needs = neededModels(request)
  return request.periods ? preparePeriods(request, request.periods, needs, models) : prepare(request, needs, models)
}

/**
 * The solver's problem for a checked request with periods. The request's own constraints come first, by the names that
 * `prepare` gives them; then totals of periods and bounds over the horizon, whose names are JSON pointers as well.
 * Throws unknown-model, and not-solvable for what several periods do not take.
 */
export function preparePeriods(
  request: OptimizeRequest,
  periods: PeriodsRequest,
  needs: readonly Need[],
  models: readonly (Model | undefined)[],
): PreparedPeriods {
  refuseOthers(request)
  const { count } = periods
  // Shares of groups and the total that is meant if none is given are of today's spend in all periods
  const budget = Object.fromEntries(Object.entries(request.budget).map(([name, spend]) => [name, spend * count]))
  const overall = prepare({ ...request, budget }, needs, models)
  const { channels, warnings } = prepare(request, needs, models)
  const { objective, total, constraints } = overall.problem
  const horizon = horizonBounds(request, periods)
  const totals = (periods.totals ?? []).map(
    ({ period, amount, spend }, k): PeriodsConstraint => ({
      name: `/periods/totals/${k}`,
      coefficients: Object.fromEntries(channels.map(({ name }) => [name, 1])),
      periods: [period - 1],
      max: amount,
      ...(spend === "exactly" ? { min: amount } : {}),
    }),
  )
  return {
    channels,
    warnings,
    constraintNames: [
      ...overall.constraintNames,
      ...(periods.totals ?? []).map(({ period }) => `total of period ${period}`),
      ...horizon.map(({ label }) => label),
    ],
    problem: {
      channels: channels.map((channel) => channelOf(channel, periods)),
      seasonality: periods.seasonality ?? Array.from({ length: count }, () => 1),
      afterHorizon: periods.afterHorizon ?? "ignored",
      ...(total ? { total } : {}),
      constraints: [...constraints, ...totals, ...horizon.map(({ constraint }) => constraint)],
      objective,
    },
  }
}

function channelOf(
  { name, curve, today, min, max, minIfUsed }: PreparedChannel,
  { count, past, channels }: PeriodsRequest,
) {
  const [mins, maxes] = [min, max].map((bound) => Array.from({ length: count }, () => bound)) as [number[], number[]]
  for (const single of own(channels, name)?.byPeriod ?? []) {
    if (single.min !== undefined) mins[single.period - 1] = amountOf(single.min, today)
    if (single.max !== undefined) maxes[single.period - 1] = amountOf(single.max, today)
  }
  const spent = own(past, name)
  const buy = minIfUsed === undefined ? {} : { minIfUsed }
  return { name, curve, today, min: mins, max: maxes, ...buy, ...(spent ? { past: spent } : {}) }
}

/** A channel may be called as a member that every object has. */
const own = <T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  record && Object.hasOwn(record, name) ? record[name] : undefined

function horizonBounds({ budget }: OptimizeRequest, { channels = {}, count }: PeriodsRequest) {
  return Object.entries(channels).flatMap(([channel, { min, max }]) => {
    if (min === undefined && max === undefined) return []
    const today = (budget[channel] ?? 0) * count
    const constraint: PeriodsConstraint = {
      name: `/periods/channels/${pointerToken(channel)}`,
      coefficients: Object.fromEntries([[channel, 1]]),
      ...(min === undefined ? {} : { min: amountOf(min, today) }),
      ...(max === undefined ? {} : { max: amountOf(max, today) }),
    }
    return [{ label: `${channel} over the horizon`, constraint }]
  })
}

/** What one period takes and several do not. */
function refuseOthers({ method = "auto" }: OptimizeRequest): void {
  if (method === "auto") return
  const [path, message] = ["/method", `is ${method}: several periods are solved by auto, which says what it took`]
  throw new ProblemError("not-solvable", `${path} ${message}.`, { errors: [{ path, message }] })
}
