import type { Bound } from "../../certificate.ts"
import { shapeOf } from "../../curves.ts"
import { priced } from "../../goal.ts"
import { exposureAt } from "../exposures.ts"
import type { PeriodsModel } from "../model.ts"
import type { PeriodsProblem } from "../problem.ts"
import { type Alone, Lone } from "./alone.ts"
import { type Band, bandOf } from "./band.ts"
import { type Chain, chainsOf } from "./chain.ts"
import type { Column, Prices } from "./master.ts"

/** Of all channels at some prices. */
export interface Priced {
  readonly bound: Bound
  /** By channel: how much of the bound is the grid's. */
  readonly errors: Float64Array
  readonly columns: readonly Column[]
}

/** What a search has narrowed the channels to, and how finely each is looked at. Bands that are the same are one object. */
export interface Part {
  readonly bands: readonly Band[]
  readonly levels: readonly number[]
}

/**
 * A model that falls apart into its channels at prices of the rows and the target (Geoffrion, "Lagrangean relaxation for
 * integer programming", 1974): for any prices of the right sign no plan is worth more than the channels by themselves.
 */
export class Lagrangian {
  readonly model: PeriodsModel
  readonly whole: readonly Band[]
  readonly lones: readonly Lone[]
  readonly #known = new WeakMap<Band, Map<string, Alone>>()
  readonly #uses: readonly Float64Array[]

  constructor(model: PeriodsModel, lones: readonly Lone[], whole: readonly Band[]) {
    this.model = model
    this.lones = lones
    this.whole = whole
    this.#uses = model.polytope.rows.map(({ channels, coefficients }) => {
      const own = new Float64Array(model.polytope.min.length)
      channels.forEach((j, k) => {
        own[j] = coefficients[k] as number
      })
      return own
    })
  }

  /** No plan in the part is worth more. */
  at({ bands, levels }: Part, prices: Prices): Priced {
    const { goal, polytope } = this.model
    const { weight, price, constant } = priced(goal, goal.target ? prices.target : 0)
    const tolls = new Float64Array(polytope.min.length).fill(price)
    let value = constant
    let size = Math.abs(constant)
    const rows = prices.rows.map((dual, r) => {
      const row = polytope.rows[r] as (typeof polytope.rows)[number]
      const bound = dual > 0 ? row.max : row.min
      // A sign that points at an open bound, as a solver's tolerance may leave it, counts as 0
      if (dual === 0 || !Number.isFinite(bound)) return 0
      const uses = this.#uses[r] as Float64Array
      for (let j = 0; j < tolls.length; j++) tolls[j] = (tolls[j] as number) + dual * (uses[j] as number)
      value += dual * bound
      size += Math.abs(dual * bound)
      return dual
    })
    const key = [prices.target, ...rows].join()
    const errors = new Float64Array(this.lones.length)
    const columns = this.lones.map((lone, c) => {
      const { chain } = lone
      const own = tolls.subarray(chain.spend, chain.spend + chain.domains.length)
      const level = levels[c] as number
      const band = bands[c] as Band
      const found = this.#remembered(band, `${level} ${key}`, () => lone.best(band, level, { weight, tolls: own }))
      value += found.bound
      size += found.size
      const column = this.columnOf(c, found.plan)
      let paid = 0
      for (let t = 0; t < own.length; t++) paid += (own[t] as number) * (found.plan[t] as number)
      errors[c] = found.bound - (weight * column.response - paid)
      return column
    })
    return { bound: { value, size }, errors, columns }
  }

  #remembered(band: Band, key: string, find: () => Alone): Alone {
    let known = this.#known.get(band)
    if (!known) {
      known = new Map()
      this.#known.set(band, known)
    }
    const there = known.get(key) ?? find()
    known.set(key, there)
    return there
  }

  columnOf(c: number, plan: Float64Array): Column {
    const { model } = this
    const { chain } = this.lones[c] as Lone
    const { spend, exposure, keep, gain, shifts } = chain
    const spends = new Float64Array(model.polytope.min.length)
    spends.set(plan, spend)
    let response = 0
    for (let t = 0; t < shifts.length; t++) {
      const own = model.exposures[exposure + t] as (typeof model.exposures)[number]
      response += own.shape.response(exposureAt(own, spends))
    }
    const exposures = new Float64Array(shifts.length)
    shifts.forEach((shift, t) => {
      exposures[t] = keep * (exposures[t - 1] ?? 0) + shift + gain * (plan[t] ?? 0)
    })
    const uses = Float64Array.from(this.#uses, (coefficients) => {
      let use = 0
      for (let t = 0; t < plan.length; t++) use += (coefficients[spend + t] as number) * (plan[t] as number)
      return use
    })
    return { plan, exposures, response, spend: plan.reduce((sum, each) => sum + each, 0), uses }
  }
}

/** Undefined for a model whose channels are no chains, or with curves of straight pieces: grids are too coarse at their corners. */
export function lagrangianOf(problem: PeriodsProblem, model: PeriodsModel): Lagrangian | undefined {
  const chains = chainsOf(model)
  if (!chains?.every(({ isExact }) => isExact)) return undefined
  if (problem.channels.some(({ curve }) => curve.type === "piecewise")) return undefined
  const bands = chains.map((chain) => bandOf(chain, model.channels))
  if (!bands.every((band) => band !== undefined)) return undefined
  const lones = chains.map((chain: Chain, c) => {
    const { curve } = problem.channels[c] as PeriodsProblem["channels"][number]
    const seasons = Array.from(chain.shifts, (_, t) => problem.seasonality[t] ?? 1)
    return new Lone(chain, shapeOf(curve), seasons, bands[c] as Band)
  })
  return new Lagrangian(model, lones, bands)
}
