import { type Branched, branchAndBound } from "./branch.ts"
import type { Branching } from "./branching.ts"
import { responseTo, sum } from "./channels.ts"
import { isMet, surplusGoal } from "./goal.ts"
import type { Model } from "./model.ts"
import { type Limits, type NoSolution, nothingFound } from "./problem.ts"
import { concaveParts } from "./rounding.ts"

type Relaxing = (goal: Model["goal"]) => Pick<Branching, "relax" | "mayShift" | "countAfter" | "rayOf">

/**
 * The search for a goal's best. Where its steps end before any spends that meet the target are found, as they may just below
 * what curves that are S-shaped can earn, the most surplus over the target is sought, which is easier: the search begins
 * anew from spends that meet it, or the answer says what was found. `best` is undefined where nothing meets all demands.
 */
export function searchBest(model: Model, relaxing: Relaxing, limits: Limits): Branched | NoSolution {
  const { goal, channels, domains } = model
  const by = relaxing(goal)
  const first = branchAndBound({ ...model, ...by, ...limits })
  if (first.best || !first.stopped) return first
  const { target } = goal
  if (first.stopped === "deadline" || !target) return nothingFound(first.stopped)
  const upward = surplusGoal(target)
  const most = branchAndBound({ ...model, goal: upward, ...relaxing(upward), ...limits, until: target.least })
  const { best, bound, stopped } = most
  if (!best) return stopped ? nothingFound(stopped) : most
  const earned = responseTo(channels, best.spends)
  if (isMet(target, earned, sum(best.spends))) {
    const known = by.relax(concaveParts(channels, domains, best.spends))
    if (known && !known.unmet) return branchAndBound({ ...model, ...by, ...limits, known })
  }
  if (!stopped && !(bound.value >= target.least)) return { ...most, best: undefined }
  if (target.price > 0) return nothingFound("limit")
  const say = (value: number) => Number(value.toPrecision(10))
  return {
    status: "not-solvable",
    detail:
      `No allocation was found that earns ${say(target.least)}, nor that there is none: the most that was found earns ` +
      `${say(earned)}, and no more than ${say(bound.value)} can be earned. Ask for no more than was found, or relax other demands.`,
  }
}
