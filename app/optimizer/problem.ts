import { checkCurve } from "./curves.ts"
import type { LinearSolver } from "./linear-program.ts"
import { type Curve, largest } from "./schema.ts"

/**
 * What one channel may be given. Spends are in money a period; `max` may be Infinity, `min === max` pins the channel. With
 * `minIfUsed` it is given nothing or at least that (a minimum buy); where `min` is above 0 it is always used.
 */
export interface Channel {
  readonly name: string
  readonly curve: Curve
  /** Today's spend. Not a bound: it is carried for whoever reads the answer. */
  readonly today: number
  readonly min: number
  readonly max: number
  readonly minIfUsed?: number
}

/** min ≤ Σ coefficient · spend ≤ max, over the channels named. A group is one with coefficients 1. */
export interface LinearConstraint {
  readonly name: string
  readonly coefficients: Readonly<Record<string, number>>
  readonly min?: number
  readonly max?: number
}

export type Objective =
  /** Most response. */
  | { readonly goal: "response" }
  /** Most valuePerResponse · response − spend. */
  | { readonly goal: "profit"; readonly valuePerResponse: number }
  /** Least spend whose response is at least `response`. */
  | { readonly goal: "least-spend"; readonly response: number }
  /** Most response with valuePerResponse · response / spend ≥ target. */
  | { readonly goal: "roi"; readonly target: number; readonly valuePerResponse: number }
  /** Spend until valuePerResponse · marginal response = target: most valuePerResponse · response − target · spend. */
  | { readonly goal: "marginal-roi"; readonly target: number; readonly valuePerResponse: number }

export interface Total {
  readonly amount: number
  readonly spend: "exactly" | "at-most"
}

export interface Problem {
  readonly channels: readonly Channel[]
  readonly total?: Total
  readonly constraints: readonly LinearConstraint[]
  readonly objective: Objective
  readonly method: "auto" | Method
}

export const methods = ["kkt", "lp", "bnb", "mip"] as const
export type Method = (typeof methods)[number]

/** What ends a search before its gap is closed: the caller's deadline, or the search's own count of steps. */
export type Stopped = "deadline" | "limit"

/** Why a gap is not closed: what ended the search, or the precision of the numbers, within which nothing gets on. */
export const reasons = ["deadline", "limit", "precision"] as const

/**
 * "optimal": the gap is within `gapTolerance`. "feasible": all is met, but something may be better by the gap, and
 * `stopped` says why that is not known. With "deadline" the same problem may have another answer next time; with
 * "precision" its numbers lie so far apart that no more steps make the gap smaller.
 */
export type Verdict =
  | { readonly status: "optimal"; readonly stopped: null }
  | { readonly status: "feasible"; readonly stopped: (typeof reasons)[number] }

export interface ConstraintResult {
  readonly name: string
  /** Σ coefficient · spend. */
  readonly value: number
  readonly binding: "min" | "max" | null
  /** What relaxing the binding side by one unit adds to the objective. */
  readonly shadowPrice: number
}

/**
 * Prices say what one unit adds to `objective`, at the rate of the first small part of it. `totalShadowPrice` is of
 * one more unit of the total, and negative where spending it loses. `channelPrices` and `constraints[].shadowPrice` are
 * of one unit by which the binding bound is relaxed: a max raised, a min or minIfUsed lowered, so they are never negative;
 * except for least-spend, whose objective is the spend: there relaxing saves, and they are never positive.
 * A rate that is infinite (the first unit on a curve that starts upright) is Number.MAX_VALUE. Where more bounds are met
 * than channels move (a total that is the sum of the mins, a constraint given twice) prices are not unique: these are one
 * set that proves the optimum, and relaxing one of the bounds alone may add less.
 */
export type Optimum = Verdict & Found

interface Found {
  readonly method: Method
  /** Spend by channel index. */
  readonly allocation: number[]
  /** Σ of the curves at the allocation. */
  readonly response: number
  /** The goal's own measure: response; profit; spend; response; value · response − target · spend. */
  readonly objective: number
  /** No allocation does better than this: from above, for least-spend from below. */
  readonly bound: number
  /** |bound − objective| over the largest of |objective| and the terms it is the difference of. */
  readonly gap: number
  readonly totalShadowPrice: number
  readonly channelPrices: number[]
  readonly channelBounds: ("min" | "max" | "minIfUsed" | null)[]
  readonly constraints: ConstraintResult[]
  /** Steps of the root search, linear programs solved, or nodes looked into. */
  readonly iterations: number
}

export interface Infeasible {
  readonly status: "infeasible"
  /** A smallest set that cannot be met together: "total", "objective.response", "objective.target", "channels.NAME.min",
   * "channels.NAME.max", "channels.NAME.minIfUsed", a constraint's name. */
  readonly conflicts: string[]
  readonly detail: string
}

export interface NoSolution {
  /** "stopped": the deadline came before anything feasible. */
  readonly status: "unbounded" | "not-solvable" | "stopped"
  readonly detail: string
}

/** When a search stops before its gap is closed. */
export interface Limits {
  /** Asked between steps: whether to stop with what there is. */
  readonly expired: () => boolean
  /** The most nodes of branch and bound. */
  readonly mostNodes: number
}

/** How a problem is to be solved. */
export interface Means extends Limits {
  readonly solver: LinearSolver
}

/** The answer of a search that was stopped before anything feasible. */
export const nothingFound = (stopped: Stopped): NoSolution =>
  stopped === "deadline"
    ? { status: "stopped", detail: "The deadline came before any allocation that meets all demands was found." }
    : {
        status: "not-solvable",
        detail: "No allocation that meets all demands was found, nor that there is none: relax some of them.",
      }

export type Solution = Optimum | Infeasible | NoSolution

/** Linear constraints and the total hold to this share of the larger of the bound and Σ |coefficient · spend|. */
export const feasibilityTolerance = 1e-9

/** The gap below which an answer counts as the optimum. */
export const gapTolerance = 1e-6

/**
 * The last line against numbers that would give a wrong answer: NaN, infinite, negative or absurd.
 *
 * @throws RangeError naming the field, its value and what is allowed.
 */
export function assertProblem(problem: Problem): void {
  if (problem.channels.length === 0) throw new RangeError("channels is empty: name at least one channel")
  const names = new Set<string>()
  for (const [i, channel] of problem.channels.entries()) {
    if (names.has(channel.name))
      throw new RangeError(`channels[${i}].name ${JSON.stringify(channel.name)} is already taken: names must differ`)
    names.add(channel.name)
    const { today, min, max, minIfUsed = 0 } = channel
    // A field's name costs more to write than its number to check
    if (!(isAmount(today) && isAmount(min) && (max === Infinity || isAmount(max)) && isAmount(minIfUsed)))
      assertAmounts(`channels[${i}]`, channel)
    const wrong = checkCurve(channel.curve)[0]
    if (wrong)
      throw new RangeError(
        `channels[${i}].curve${wrong.path.replaceAll("/", ".")} of ${channel.name}: ${wrong.message}`,
      )
  }
  if (problem.total) assertNumber("total.amount", problem.total.amount, 0, largest)
  for (const [i, constraint] of problem.constraints.entries()) assertConstraint(`constraints[${i}]`, constraint, names)
  assertObjective(problem.objective)
}

// False for NaN, too
const isAmount = (value: number) => typeof value === "number" && value >= 0 && value <= largest

function assertAmounts(at: string, { today, min, max, minIfUsed }: Channel): void {
  assertNumber(`${at}.today`, today, 0, largest)
  assertNumber(`${at}.min`, min, 0, largest)
  if (max !== Infinity) assertNumber(`${at}.max`, max, 0, largest)
  if (minIfUsed !== undefined) assertNumber(`${at}.minIfUsed`, minIfUsed, 0, largest)
}

function assertConstraint(at: string, constraint: LinearConstraint, names: ReadonlySet<string>): void {
  for (const [name, coefficient] of Object.entries(constraint.coefficients)) {
    if (!names.has(name))
      throw new RangeError(`${at}.coefficients names ${JSON.stringify(name)}, which is no channel of the problem`)
    assertNumber(`${at}.coefficients.${name}`, coefficient, -largest, largest)
  }
  if (constraint.min !== undefined) assertNumber(`${at}.min`, constraint.min, -largest, largest)
  if (constraint.max !== undefined) assertNumber(`${at}.max`, constraint.max, -largest, largest)
}

export function assertObjective(objective: Objective): void {
  if ("valuePerResponse" in objective) assertValue(objective.valuePerResponse)
  if ("target" in objective) assertNumber("objective.target", objective.target, 0, largest)
  if (objective.goal === "least-spend") assertNumber("objective.response", objective.response, 0, largest)
}

function assertValue(value: number): void {
  assertNumber("objective.valuePerResponse", value, 0, largest)
  if (value === 0) throw new RangeError("objective.valuePerResponse is 0: a response must be worth something")
}

function assertNumber(field: string, value: number, low: number, high: number): void {
  // The comparison is false for NaN, too
  if (typeof value === "number" && value >= low && value <= high) return
  throw new RangeError(`${field} is ${value}: it must be a number from ${low} to ${high}`)
}
