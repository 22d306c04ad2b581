import type { PeriodsModel } from "./model.ts"
import type { PeriodsProblem } from "./problem.ts"

/**
 * By exposure, all of the same channel that may be exchanged for one another, or a search would look into each of them
 * anew: periods of a channel without carry-over that have the same season and bounds, where no constraint tells periods
 * apart. Undefined where there is no other.
 */
export function periodTwins(problem: PeriodsProblem, { exposures }: PeriodsModel): (readonly number[] | undefined)[] {
  const { channels, seasonality, constraints } = problem
  if (constraints.some(({ periods }) => periods !== undefined)) return exposures.map(() => undefined)
  const keys = exposures.map(({ channel, period, columns, past }, e) => {
    const { min, max } = channels[channel] as (typeof channels)[number]
    const works = exposures.filter((other) => other.channel === channel && other.columns.length > 1).length > 0
    const bounds = [min[period], max[period]].map(String)
    return works || columns.length !== 1 ? `${e}` : JSON.stringify([channel, seasonality[period], past, bounds])
  })
  const groups = Map.groupBy(exposures.keys(), (e) => keys[e])
  return keys.map((key) => {
    const group = groups.get(key) ?? []
    return group.length > 1 ? group : undefined
  })
}
