import { wanted } from "../../branch.ts"
import { goalValue } from "../../certificate.ts"
import { responseTo, sum } from "../../channels.ts"
import type { Domain } from "../../envelope.ts"
import { mend } from "../../feasible.ts"
import { gapTolerance, type Means } from "../../problem.ts"
import { isInGap } from "../../rounding.ts"
import { meetsExactly, towards } from "../../towards.ts"
import { exposuresAt } from "../relax.ts"
import { type Band, narrowed } from "./band.ts"
import type { Lagrangian } from "./lagrangian.ts"
import type { Column, Prices } from "./master.ts"
import { type Settled, settle } from "./settle.ts"

/** Where neither bands nor prices bring more, nodes are given up at this share. */
const allowed = 0.9 * gapTolerance

/** Plans that differ by less than so many steps of the coarsest grid are climbed from once. */
const apart = 4

/** Tubes around a plan reach so many steps of their grid to either side, and are climbed in so many times at most. */
const reach = 16
const mostTubes = 3

/** What a climb need gain, as a share, to go on. */
const gain = 1e-8

/** The best plan that a search has found, and how it finds better ones. */
export class Found {
  readonly #lagrangian: Lagrangian
  readonly #means: Means
  readonly #inside: Float64Array | undefined
  readonly #until: number
  readonly #domains: readonly Domain[]
  readonly #scales: Float64Array
  readonly #climbed = new Set<string>()
  plan: Float64Array | undefined
  /** Of the goal; −Infinity where there is none. */
  value = -Infinity
  /** A bound that is no higher leaves nothing to look for. */
  enough = -Infinity
  /** Higher than that by what is left for rounding, but for a little. */
  allowed = -Infinity

  /** `inside`: spends that meet the goal's target, if it has one; `until`: a value that will do. */
  constructor(lagrangian: Lagrangian, means: Means, inside: Float64Array | undefined, until: number) {
    const { polytope } = lagrangian.model
    this.#lagrangian = lagrangian
    this.#means = means
    this.#inside = inside
    this.#until = until
    this.#domains = lagrangian.lones.flatMap(({ chain }) => chain.domains)
    this.#scales = polytope.max.map((most, j) => most - (polytope.min[j] as number) || 1)
  }

  /** Takes the nearest plan that meets all, if it is better. */
  offer(near: Float64Array): void {
    const { goal, channels, exposures } = this.#lagrangian.model
    const response = (on: Float64Array) => responseTo(channels, exposuresAt({ exposures }, on))
    const meets = (on: Float64Array) => meetsExactly(goal, response(on), sum(on))
    const mended = this.#mended(near)
    const plan = mended && this.#inside ? towards(meets, mended, this.#inside) : mended
    if (!plan || !meets(plan) || plan.some((spend, j) => isInGap(this.#domains[j] as Domain, spend))) return
    const value = goalValue(goal, response(plan), sum(plan))
    if (!(value > this.value)) return
    this.plan = plan
    this.value = value
    const terms = Math.max(goal.weight * response(plan), goal.price * sum(plan))
    this.enough = value >= this.#until ? Infinity : Math.min(value + wanted * terms, this.#until)
    this.allowed = Math.max(this.enough, value + allowed * terms)
  }

  /** With every spend that has a gap on the side of it to which it is nearer. */
  #mended(plan: Float64Array): Float64Array | undefined {
    const { polytope } = this.#lagrangian.model
    const [min, max] = [polytope.min.slice(), polytope.max.slice()]
    plan.forEach((spend, j) => {
      const { low, used } = this.#domains[j] as Domain
      if (low === used) return
      if (spend < (low + used) / 2) max[j] = low
      else min[j] = used
    })
    return mend({ ...polytope, min, max }, plan, this.#scales, this.#means.solver)
  }

  /** What a part's mix suggests: its mean, and a local optimum near the plans that are most of it. */
  improve(settled: Settled): void {
    const { mix, columns } = settled
    if (!mix) return
    this.offer(this.#meanOf(settled))
    const picked = columns.map((own, c) => {
      const shares = mix.shares[c] as Float64Array
      return own[shares.indexOf(Math.max(...shares))] as Column
    })
    const key = picked
      .map(({ states }, c) => {
        const unit = apart * (this.#lagrangian.lones[c]?.stepAt(0) as number)
        return states.map((each) => Math.round(each / unit)).join()
      })
      .join()
    if (this.#climbed.has(key) || this.#means.expired()) return
    this.#climbed.add(key)
    this.#climb(picked, settled.prices)
  }

  /** Where curves are concave between plans, their mean is worth more than they are: it is sought in ever narrower tubes. */
  #climb(from: readonly Column[], given: Prices): void {
    const { lones, whole } = this.#lagrangian
    let [at, prices, value] = [from, given, -Infinity]
    for (let tube = 0; tube < mostTubes && !this.#means.expired(); tube++) {
      const level = 1 + 2 * tube
      const bands = lones.map(({ chain }, c) => {
        const wide = reach * (lones[c]?.stepAt(level) as number)
        const { states } = at[c] as Column
        const { low, high } = whole[c] as Band
        return narrowed(chain, {
          low: low.map((least, t) => Math.max(least, (states[t] as number) - wide)),
          high: high.map((most, t) => Math.min(most, (states[t] as number) + wide)),
        })
      })
      if (!bands.every((band) => band !== undefined)) return
      const part = { bands, levels: bands.map(() => level) }
      const pool = at.map((column) => [column])
      const settled = settle(this.#lagrangian, part, prices, pool, { ...this.#means, enough: -Infinity, wanted: gain })
      if (!settled.mix) return
      const mean = this.#meanOf(settled)
      this.offer(mean)
      if (settled.mix.value <= value + gain * Math.abs(value)) return
      value = settled.mix.value
      prices = settled.prices
      at = lones.map(({ chain }, c) =>
        this.#lagrangian.columnOf(c, mean.slice(chain.spend, chain.spend + chain.domains.length)),
      )
    }
  }

  #meanOf({ columns, mix }: Settled): Float64Array {
    const { lones, model } = this.#lagrangian
    const mean = new Float64Array(model.polytope.min.length)
    columns.forEach((own, c) => {
      const { spend } = (lones[c] as (typeof lones)[number]).chain
      own.forEach(({ plan }, k) => {
        const share = mix?.shares[c]?.[k] as number
        if (share === 0) return
        plan.forEach((each, t) => {
          mean[spend + t] = (mean[spend + t] as number) + share * each
        })
      })
    })
    return mean
  }
}
