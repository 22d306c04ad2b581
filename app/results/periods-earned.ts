import { type Exposure, exposureAt } from "../optimizer/periods/exposures.ts"
import type { PeriodsProblem } from "../optimizer/periods/problem.ts"

/** Spends by channel and then period, and what they make. */
export interface Spent {
  readonly exposures: readonly Exposure[]
  readonly spends: Float64Array
  /** Of a response. */
  readonly value: number
}

/** Today's spend in every period of the horizon. */
export const heldToday = ({
  channels,
  seasonality,
}: {
  readonly channels: readonly Pick<PeriodsProblem["channels"][number], "today">[]
  readonly seasonality: readonly number[]
}): Float64Array => Float64Array.from(channels.flatMap(({ today }) => seasonality.map(() => today)))

export const earned = (exposures: readonly Exposure[], spends: Float64Array): number =>
  exposures.reduce((sum, exposure) => sum + exposure.shape.response(exposureAt(exposure, spends)), 0)

/** Return of one more unit of the spend `column`, in every period in which it works. */
export function marginalOf(column: number, { exposures, spends, value }: Spent): number {
  return exposures.reduce((sum, exposure) => {
    const at = exposure.columns.indexOf(column)
    if (at < 0) return sum
    return sum + value * (exposure.weights[at] as number) * exposure.shape.marginal(exposureAt(exposure, spends))
  }, 0)
}
