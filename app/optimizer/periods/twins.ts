import type { PeriodsModel } from "./model.ts"
import type { PeriodsProblem } from "./problem.ts"

/**
 * By exposure, all of the same channel that may be exchanged for one another, or a search would look into each of them
 * anew: periods of a channel without carry-over that have the same season and bounds, where no constraint tells periods
 * apart. Undefined where there is no other.
 */
export function periodTwins(
  problem: PeriodsProblem,
  { exposures, spends }: PeriodsModel,
): (readonly number[] | undefined)[] {
  const { seasonality, constraints } = problem
  if (constraints.some(({ periods }) => periods !== undefined)) return exposures.map(() => undefined)
  const keys = exposures.map(({ channel, period, columns, past }, e) => {
    const works = exposures.filter((other) => other.channel === channel && other.columns.length > 1).length > 0
    const spend = spends[columns[0] ?? -1]
    if (works || columns.length !== 1 || !spend) return `${e}`
    const { min, max, minIfUsed } = spend
    return JSON.stringify([channel, seasonality[period], past, [min, max, minIfUsed].map(String)])
  })
  const groups = Map.groupBy(exposures.keys(), (e) => keys[e])
  return keys.map((key) => {
    const group = groups.get(key) ?? []
    return group.length > 1 ? group : undefined
  })
}
