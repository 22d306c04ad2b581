import type { Bound } from "../../certificate.ts"
import type { Shape } from "../../curves/shape.ts"
import { shapeOf } from "../../curves.ts"
import { priced } from "../../goal.ts"
import type { PeriodsModel } from "../model.ts"
import type { PeriodsProblem } from "../problem.ts"
import { type Alone, Lone } from "./alone.ts"
import { type Band, bandOf, narrowed } from "./band.ts"
import { type Chain, chainsOf, statesOf } from "./chain.ts"
import { excessOf, ratesOf, reachedBy } from "./leaving.ts"
import type { Column, Mix, Prices } from "./master.ts"

/** Of all channels at some prices. */
export interface Priced {
  readonly bound: Bound
  /** By channel: how much of the bound is the grid's. */
  readonly errors: Float64Array
  /** By channel: how much of it is that of exposures that no state leaves so. */
  readonly excess: Float64Array
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
  at(part: Part, prices: Prices): Priced {
    const { weight, tolls, founds, bound } = this.#priced(part, prices)
    const errors = new Float64Array(this.lones.length)
    const excess = new Float64Array(this.lones.length)
    const columns = founds.map((found, c) => {
      const { chain } = this.lones[c] as Lone
      const column = this.columnOf(c, found.plan)
      const paid = found.plan.reduce((sum, spend, t) => sum + (tolls[chain.spend + t] as number) * spend, 0)
      const [band, rates] = [part.bands[c] as Band, prices.rates[c] as Float64Array]
      const over = excessOf(chain, this.model.exposures, band, column, weight, rates)
      excess[c] = over
      errors[c] = found.bound - (weight * column.response - paid) - over
      return column
    })
    return { bound, errors, excess, columns }
  }

  /** The bands of a part without the states that are in no plan worth `enough`. */
  within(part: Part, prices: Prices, enough: number): Band[] {
    const { weight, tolls, founds, bound } = this.#priced(part, prices)
    return this.lones.map((lone, c) => {
      const [band, level] = [part.bands[c] as Band, part.levels[c] as number]
      const { chain } = lone
      const own = tolls.subarray(chain.spend, chain.spend + chain.domains.length)
      const others = bound.value - (founds[c] as Alone).bound
      const terms = { weight, tolls: own, rates: prices.rates[c] as Float64Array }
      return narrowed(chain, lone.within(band, level, terms, enough - others)) ?? band
    })
  }

  /** The same within bands, with grids over them alone; undefined where no channel's is made twice as fine by that. */
  focused(bands: readonly Band[]): Lagrangian | undefined {
    const lones = this.lones.map((lone, c) => lone.over(bands[c] as Band))
    const isFiner = lones.some((lone, c) => 2 * lone.stepAt(0) <= (this.lones[c] as Lone).stepAt(0))
    return isFiner ? new Lagrangian(this.model, lones, bands) : undefined
  }

  /** How wide bands are in all, in cells of the coarsest grids. */
  widthOf(bands: readonly Band[]): number {
    return bands.reduce((sum, { low, high }, c) => {
      const lone = this.lones[c] as Lone
      const width = high.reduce((all, most, t) => all + most - (low[t] as number), 0)
      return lone.chain.lost === 0 ? sum : sum + width / lone.stepAt(0)
    }, 0)
  }

  #priced({ bands, levels }: Part, prices: Prices) {
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
    const founds = this.lones.map((lone, c) => {
      const { chain } = lone
      const own = tolls.subarray(chain.spend, chain.spend + chain.domains.length)
      const level = levels[c] as number
      const rates = prices.rates[c] as Float64Array
      const band = bands[c] as Band
      const found = this.#remembered(band, `${level} ${key} ${rates.join()}`, () =>
        lone.best(band, level, { weight, tolls: own, rates }),
      )
      value += found.bound
      size += found.size
      return found
    })
    return { weight, tolls, founds, bound: { value, size } }
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

  /** All prices that the mix of a part's plans tells. */
  pricesOf(bands: readonly Band[], columns: readonly (readonly Column[])[], { shares, prices }: Mix): Prices {
    const { goal, exposures } = this.model
    const { weight } = priced(goal, goal.target ? prices.target : 0)
    const rates = this.lones.map(({ chain }, c) =>
      ratesOf(chain, exposures, bands[c] as Band, columns[c] as Column[], shares[c] as Float64Array, weight),
    )
    return { ...prices, rates }
  }

  columnOf(c: number, plan: Float64Array): Column {
    const { model } = this
    const { chain } = this.lones[c] as Lone
    const { spend, exposure, past } = chain
    const spends = new Float64Array(model.polytope.min.length)
    spends.set(plan, spend)
    const reached = reachedBy(chain, model.exposures, spends)
    const response = reached.reduce(
      (sum, each, t) => sum + (model.channels.shapes[exposure + t] as Shape).response(each),
      0,
    )
    const states = statesOf(
      chain,
      Float64Array.from(past, (_, t) => plan[t] ?? 0),
    )
    const uses = Float64Array.from(this.#uses, (coefficients) => {
      let use = 0
      for (let t = 0; t < plan.length; t++) use += (coefficients[spend + t] as number) * (plan[t] as number)
      return use
    })
    return { plan, states, reached, response, spend: plan.reduce((sum, each) => sum + each, 0), uses }
  }
}

/**
 * Undefined for a model whose channels are no chains, or with curves of straight pieces: grids are too coarse at their
 * corners.
 */
export function lagrangianOf(problem: PeriodsProblem, model: PeriodsModel): Lagrangian | undefined {
  const chains = chainsOf(model)
  if (!chains) return undefined
  if (problem.channels.some(({ curve }) => curve.type === "piecewise")) return undefined
  const bands = chains.map((chain) => bandOf(chain, model.channels))
  if (!bands.every((band) => band !== undefined)) return undefined
  const lones = chains.map((chain: Chain, c) => {
    const { curve } = problem.channels[c] as PeriodsProblem["channels"][number]
    const seasons = Array.from(chain.past, (_, t) => problem.seasonality[t] ?? 1)
    return new Lone(chain, shapeOf(curve), seasons, bands[c] as Band)
  })
  return new Lagrangian(model, lones, bands)
}
