import { shapeOf } from "../optimizer/curves.ts"
import type { Infeasible, NoSolution, Optimum, Solution, Total, Verdict } from "../optimizer/problem.ts"
import { ProblemError } from "../problem.ts"
import { pointerToken } from "../validation.ts"
import type { Prepared } from "./problem.ts"
import type { Answer, OptimizeRequest } from "./schema.ts"

/** What an answer holds besides the solution: its identity, and how it came to be. */
export interface Circumstances {
  readonly id: string
  readonly createdAt: string
  readonly stored: boolean
  readonly cached: boolean
  readonly timeMs: number
}

/**
 * The answer to a request from its solution, channels in the request's order.
 * Throws infeasible with the `conflicts` as JSON pointers into the request, unbounded, not-solvable, time-limit-reached or
 * deadline-exceeded.
 */
export function answerOf(
  request: OptimizeRequest,
  prepared: Prepared,
  solution: Solution,
  circumstances: Circumstances,
): Answer {
  if (!("allocation" in solution)) {
    throw unsolved(solution, request, (conflict) => conflictPointer(conflict, request, prepared))
  }
  assertNumbers([...solution.allocation, solution.response, solution.gap])
  const { objective } = prepared.problem
  const value = "valuePerResponse" in objective ? objective.valuePerResponse : 1
  return assemble(prepared, solution, circumstances, orderedChannels(request, prepared, solution, value), value)
}

/** What of a solution every answer tells, of one period or of several. */
export type Told = Verdict & ToldOfAny

interface ToldOfAny {
  readonly method: Answer["method"]
  readonly gap: number
  readonly totalShadowPrice: number
  readonly constraints: Optimum["constraints"]
}

/** An answer's parts in their order; `channels` in the request's, and the sums are theirs. */
export function assemble(
  prepared: Pick<Prepared, "constraintNames" | "warnings"> & {
    readonly problem: { readonly objective: Pick<Prepared["problem"]["objective"], "goal">; readonly total?: Total }
  },
  solution: Told,
  { id, createdAt, stored, timeMs, cached }: Circumstances,
  channels: Answer["channels"],
  value: number,
): Answer {
  const { objective, total } = prepared.problem
  const today = sumOf(
    channels.map((channel) => channel.today),
    value,
  )
  const optimal = sumOf(channels, value)
  const gained = optimal.response - today.response
  return {
    id,
    createdAt,
    stored,
    status: solution.status,
    ...(solution.stopped === null ? {} : { stopped: solution.stopped }),
    goal: objective.goal,
    method: solution.method,
    gap: solution.gap,
    timeMs,
    cached,
    allocation: Object.fromEntries(channels.map(({ channel, spend }) => [channel, spend])),
    totals: {
      today,
      optimal,
      lift: { response: gained, relative: today.response > 0 ? finite(gained / today.response) : null },
    },
    budget: { total: total?.amount ?? null, shadowPrice: finite(solution.totalShadowPrice) },
    channels,
    constraints: solution.constraints.map(({ value: reached, binding, shadowPrice }, index) => ({
      name: prepared.constraintNames[index] ?? "",
      value: reached,
      bound: binding,
      shadowPrice: finite(shadowPrice),
    })),
    warnings: [...prepared.warnings],
  }
}

function orderedChannels(request: OptimizeRequest, prepared: Prepared, solution: Optimum, value: number) {
  const position = new Map(prepared.channels.map(({ name }, index) => [name, index]))
  return Object.keys(request.budget).map((name) => {
    const index = position.get(name) ?? -1
    const channel = prepared.channels[index]
    const spend = solution.allocation[index]
    if (channel === undefined || spend === undefined) throw new Error(`The solution has no allocation for ${name}.`)
    const shape = shapeOf(channel.curve)
    const earned = shape.response(spend)
    return {
      channel: name,
      model: channel.model,
      ...(channel.example ? { example: true as const } : {}),
      today: { spend: channel.today, response: shape.response(channel.today) },
      spend,
      response: earned,
      roi: ratio(value * earned, spend),
      marginalRoi: finite(value * shape.marginal(spend)),
      bound: channel.pinned ? ("pinned" as const) : (solution.channelBounds[index] ?? null),
      shadowPrice: finite(solution.channelPrices[index] ?? 0),
    }
  })
}

function sumOf(parts: readonly { spend: number; response: number }[], value: number) {
  const spend = parts.reduce((sum, part) => sum + part.spend, 0)
  const earned = parts.reduce((sum, part) => sum + part.response, 0)
  return { spend, response: earned, roi: ratio(value * earned, spend) }
}

export function ratio(returned: number, spend: number): number | null {
  return spend > 0 ? finite(returned / spend) : null
}

/** Every number that an answer must have. Curves with absurd parameters can leave the range of a double. */
export function assertNumbers(numbers: readonly number[]): void {
  if (numbers.every(Number.isFinite)) return
  throw new ProblemError("not-solvable", "The numbers are too far apart to be computed with.")
}

/** JSON has no infinity; the solver writes a price without limit as the largest number there is. */
export function finite(value: number): number | null {
  return Math.abs(value) < Number.MAX_VALUE ? value : null
}

/** So many demands that conflict are listed, the others counted in the detail: an answer must not be huge. */
const mostConflicts = 1_000

/** Why there is no answer; `pointerOf` is where in the request a demand that the solver names was made. */
export function unsolved(
  solution: Infeasible | NoSolution,
  { timeLimit }: Pick<OptimizeRequest, "timeLimit">,
  pointerOf: (conflict: string) => string,
): ProblemError {
  if (solution.status === "stopped" && timeLimit !== undefined)
    return new ProblemError("time-limit-reached", `${solution.detail} Allow more than ${timeLimit} s.`, {
      errors: [{ path: "/timeLimit", message: `is ${timeLimit}; this problem needs longer` }],
    })
  if (solution.status === "stopped") return new ProblemError("deadline-exceeded", solution.detail)
  if (solution.status !== "infeasible") return new ProblemError(solution.status, solution.detail)
  const conflicts = [...new Set(solution.conflicts.map(pointerOf))].slice(0, mostConflicts)
  return new ProblemError("infeasible", solution.detail, {
    errors: conflicts.map((path) => ({ path, message: "cannot be met together with the others listed" })),
    extensions: { conflicts },
  })
}

/** The solver's name of a bound as a JSON pointer to what set it in the request. */
function conflictPointer(conflict: string, request: OptimizeRequest, prepared: Prepared): string {
  if (conflict.startsWith("/")) return conflict.replace(/\.(min|max)$/, "/$1")
  // Without a total of its own the request's budget is the total.
  if (conflict === "total") return request.constraints?.total === undefined ? "/budget" : "/constraints/total"
  const { name, side } = /^channels\.(?<name>.*)\.(?<side>min|max|minIfUsed)$/s.exec(conflict)?.groups ?? {}
  if (name === undefined) return `/${conflict.replaceAll(".", "/")}`
  const pinned = prepared.channels.some((channel) => channel.name === name && channel.pinned)
  return `/constraints/channels/${pointerToken(name)}/${pinned ? "pinned" : side}`
}
