import { checkCurve } from "../curves.ts"
import {
  assertObjective,
  type ConstraintResult,
  type Infeasible,
  type LinearConstraint,
  type NoSolution,
  type Objective,
  type Optimum,
  type Total,
  type Verdict,
} from "../problem.ts"
import { type Curve, largest } from "../schema.ts"

/** One channel over the periods of a horizon. Spends are in money a period. */
export interface PeriodsChannel {
  readonly name: string
  /** Of a spend held constant, as everywhere: what carries over from period to period is its exposure's adstock. */
  readonly curve: Curve
  /** Today's spend a period. Not a bound: it is carried for whoever reads the answer, and is the past if none is given. */
  readonly today: number
  /** By period. A max may be Infinity. */
  readonly min: readonly number[]
  readonly max: readonly number[]
  /** The least spend of a period in which the channel is used at all, where that is more than the period's min. */
  readonly minIfUsed?: number
  /** Spends of the periods before the first, oldest first, and nothing before these. Without it, today's spend for ever. */
  readonly past?: readonly number[]
}

/** A linear constraint; `periods`, from 0, are those whose spends it sums: all of them if left out. */
export interface PeriodsConstraint extends LinearConstraint {
  readonly periods?: readonly number[]
}

/**
 * What to spend per channel and period. The response of a period is the channel's curve at the exposure of the period:
 * Σ weight[lag] · spend[period − lag], of the adstock's weights divided by their sum, times the period's seasonality.
 */
export interface PeriodsProblem {
  readonly channels: readonly PeriodsChannel[]
  /** By period of the horizon, what multiplies the response of every channel. Its length is that of the horizon. */
  readonly seasonality: readonly number[]
  /**
   * Whether the response to what still works after the last period, with no spend any more and a seasonality of 1, is
   * part of the response: as long as each adstock lasts, which must have an end.
   */
  readonly afterHorizon: "ignored" | "counted"
  /** Over the whole horizon. */
  readonly total?: Total
  readonly constraints: readonly PeriodsConstraint[]
  /** Of sums over the horizon. What the past still earns in it, and what works after it if that is counted, is response. */
  readonly objective: Objective
}

/** An optimum whose `spends` are by channel and period; prices as in `Optimum`. */
export type PeriodsOptimum = Verdict & Found

interface Found extends Pick<Optimum, "response" | "objective" | "bound" | "gap" | "totalShadowPrice" | "iterations"> {
  /** lp where all curves are concave, else mip. */
  readonly method: "lp" | "mip"
  readonly spends: number[][]
  /** By channel and period, the own bound at which the spend is kept, and what one unit of relaxing it adds. */
  readonly spendBounds: { readonly bound: "min" | "minIfUsed" | "max" | null; readonly shadowPrice: number }[][]
  readonly constraints: ConstraintResult[]
}

export type PeriodsSolution = PeriodsOptimum | Infeasible | NoSolution

/**
 * The most spends (channels times periods) that one problem may have, and the most exposures, those after the horizon
 * among them. As measured on one core with GLPK: 260 concave spends take 3 s, and 520 take 7 s.
 */
export const mostSpends = 520
export const mostExposures = 1_040

/** The name of a channel's spend in one period, counted from 1 as users do. */
export const spendName = (channel: string, period: number): string => `${channel} in period ${period + 1}`

/** The reverse of `spendName`; period from 0. */
export function parseSpendName(name: string): { channel: string; period: number } | undefined {
  const { channel, period } = /^(?<channel>.*) in period (?<period>\d+)$/s.exec(name)?.groups ?? {}
  return channel === undefined || period === undefined ? undefined : { channel, period: Number(period) - 1 }
}

/**
 * The last line against numbers that would give a wrong answer.
 *
 * @throws RangeError naming the field, its value and what is allowed.
 */
export function assertPeriodsProblem({ channels, seasonality, total, constraints, objective }: PeriodsProblem): void {
  const count = seasonality.length
  const spends = channels.length * count
  if (spends < 1 || spends > mostSpends)
    throw new RangeError(`channels times periods are ${spends}: they must be from 1 to ${mostSpends}`)
  seasonality.forEach((factor, t) => {
    assertNumber(`seasonality[${t}]`, factor, 0, largest)
  })
  const names = new Set(channels.map(({ name }) => name))
  if (names.size < channels.length) throw new RangeError("channels have a name twice: names must differ")
  for (const { name, curve, today, min, max, minIfUsed = 0, past = [] } of channels) {
    assertNumber(`today of ${name}`, today, 0, largest)
    assertNumber(`minIfUsed of ${name}`, minIfUsed, 0, largest)
    if (min.length !== count || max.length !== count)
      throw new RangeError(`${name} has ${min.length} min and ${max.length} max: there must be ${count}, one a period`)
    for (const value of min) assertNumber(`min of ${name}`, value, 0, largest)
    for (const value of max) if (value !== Infinity) assertNumber(`max of ${name}`, value, 0, largest)
    for (const value of past) assertNumber(`past of ${name}`, value, 0, largest)
    const wrong = checkCurve(curve)[0]
    if (wrong) throw new RangeError(`curve${wrong.path.replaceAll("/", ".")} of ${name}: ${wrong.message}`)
  }
  if (total) assertNumber("total.amount", total.amount, 0, largest)
  for (const { name, coefficients, periods = [], min = 0, max = 0 } of constraints) {
    for (const [channel, coefficient] of Object.entries(coefficients)) {
      if (!names.has(channel)) throw new RangeError(`constraint ${name} names ${channel}, which is no channel`)
      assertNumber(`the coefficient of ${channel} in ${name}`, coefficient, -largest, largest)
    }
    for (const period of periods) assertNumber(`a period of ${name}`, period, 0, count - 1)
    assertNumber(`min of ${name}`, min, -largest, largest)
    assertNumber(`max of ${name}`, max, -largest, largest)
  }
  assertObjective(objective)
}

function assertNumber(field: string, value: number, low: number, high: number): void {
  // The comparison is false for NaN, too
  if (value >= low && value <= high) return
  throw new RangeError(`${field} is ${value}: it must be a number from ${low} to ${high}`)
}
