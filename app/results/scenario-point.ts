import { ProblemError } from "../problem.ts"
import type { ScenarioPoint } from "./scenario-schema.ts"
import type { Answer, OptimizeRequest } from "./schema.ts"

/** What an answer says of its total; or that it cannot be met, which no other refusal may pass for. */
export function pointOf(request: OptimizeRequest, total: number, answer: () => Answer): ScenarioPoint {
  try {
    return solvedPoint(request, total, answer())
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== "infeasible") throw error
    const conflicts = error.errors.map(({ path }) => (path === "/constraints/total" ? "/totals" : path))
    return { total, status: "infeasible", detail: error.message, conflicts }
  }
}

function solvedPoint(
  request: OptimizeRequest,
  total: number,
  { status, stopped, method, gap, allocation, totals, budget, periods }: Answer,
): ScenarioPoint {
  const { spend, response: earned, roi } = totals.optimal
  const value = valueIn(request)
  return {
    total,
    status,
    ...(stopped === undefined ? {} : { stopped }),
    method,
    gap,
    allocation,
    ...(periods
      ? {
          periods: Object.fromEntries(
            periods.channels.map((one) => [one.channel, one.periods.map((period) => period.spend)]),
          ),
        }
      : {}),
    spend,
    response: earned,
    roi,
    profit: value === undefined ? null : value * earned - spend,
    shadowPrice: budget.shadowPrice,
    marginalRoi: marginalRoi(request.objective ?? { goal: "response" }, budget.shadowPrice),
  }
}

/** The shadow price counts what the goal maximizes; a unit's return is that and what the goal takes off for it. */
function marginalRoi(objective: NonNullable<OptimizeRequest["objective"]>, shadowPrice: number | null): number | null {
  if (shadowPrice === null) return null
  switch (objective.goal) {
    case "response":
      return shadowPrice
    case "profit":
      return shadowPrice + 1
    case "marginal-roi":
      return shadowPrice + objective.target
    default:
      return null
  }
}

/** What the request says that a response is worth; a default of 1 is no value to count a profit in. */
function valueIn({ objective }: OptimizeRequest): number | undefined {
  return objective && "valuePerResponse" in objective ? objective.valuePerResponse : undefined
}
