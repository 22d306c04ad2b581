import { exposureAt } from "./exposures.ts"
import type { PeriodsModel } from "./model.ts"
import type { PeriodsProblem } from "./problem.ts"

/** A spend within this share of a max counts as at it. */
const near = 1e-9

/**
 * The same model for its prices: a spend at a max that a row implies would keep the row's price, and so would an exposure at
 * the most that rows allow of it. Both get room above. Undefined where no spend of the plan is at such a max.
 */
export function loosened(problem: PeriodsProblem, model: PeriodsModel, plan: Float64Array): PeriodsModel | undefined {
  const own = problem.channels.flatMap(({ max }) => max)
  const { polytope, exposures, channels } = model
  const isHeld = (spend: number, j: number) => {
    const cap = polytope.max[j] as number
    return cap < (own[j] as number) && spend >= cap * (1 - near)
  }
  if (!plan.some(isHeld)) return undefined
  const room = Math.max(...plan) || 1
  const max = polytope.max.map((cap, j) => Math.min(own[j] as number, cap + room))
  return {
    ...model,
    polytope: { ...polytope, max },
    channels: {
      ...channels,
      max: Float64Array.from(exposures, (exposure, e) =>
        Math.max(channels.max[e] as number, exposureAt(exposure, max)),
      ),
    },
  }
}
