import { feasibilityTolerance, type Objective } from "./problem.ts"

/**
 * Every goal as one form: maximize `weight` · response − `price` · spend, subject, where there is a `target`, to
 * target.weight · response − target.price · spend ≥ target.least. Least-spend maximizes −spend.
 */
export interface Goal {
  readonly weight: number
  readonly price: number
  readonly target: Target | undefined
  /** 1, or −1 where the user's objective is the negative of what is maximized. */
  readonly sign: 1 | -1
}

export interface Target {
  readonly weight: number
  readonly price: number
  readonly least: number
  /** The field that sets it, as conflicts name it. */
  readonly field: string
}

export function goalOf(objective: Objective): Goal {
  switch (objective.goal) {
    case "response":
      return { weight: 1, price: 0, target: undefined, sign: 1 }
    case "profit":
      return { weight: objective.valuePerResponse, price: 1, target: undefined, sign: 1 }
    case "marginal-roi":
      return { weight: objective.valuePerResponse, price: objective.target, target: undefined, sign: 1 }
    case "least-spend":
      return {
        weight: 0,
        price: 1,
        target: { weight: 1, price: 0, least: objective.response, field: "objective.response" },
        sign: -1,
      }
    case "roi":
      return {
        weight: 1,
        price: 0,
        target: { weight: objective.valuePerResponse, price: objective.target, least: 0, field: "objective.target" },
        sign: 1,
      }
  }
}

/** How far a response and a spend lie above what the target asks; at least 0 where it is met. */
export const surplus = (target: Target, response: number, spend: number): number =>
  target.weight * response - target.price * spend - target.least

/** The size of the terms whose difference `surplus` is: what its rounding errors are a share of. */
export const surplusScale = (target: Target, response: number, spend: number): number =>
  Math.max(target.weight * response, target.price * spend, Math.abs(target.least))

/** Whether the target is met, to a share of the terms of its surplus. */
export const isMet = (target: Target, response: number, spend: number, tolerance = feasibilityTolerance): boolean =>
  surplus(target, response, spend) >= -tolerance * surplusScale(target, response, spend)

/** The goal of most surplus over a target; its value is the surplus and what the target asks (`least`). */
export const surplusGoal = ({ weight, price }: Target): Goal => ({ weight, price, target: undefined, sign: 1 })

/** The Lagrangian that a target's dual makes of a goal, dual ≥ 0: weight · response − price · spend + constant. */
export function priced({ weight, price, target }: Goal, dual: number) {
  if (!target) return { weight, price, constant: 0 }
  return { weight: weight + dual * target.weight, price: price + dual * target.price, constant: -dual * target.least }
}
