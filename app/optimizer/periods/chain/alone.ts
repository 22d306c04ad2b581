import type { Shape } from "../../curves/shape.ts"
import { type Ahead, isNever, never, passedOn, type Reach, Window } from "./ahead.ts"
import { type Band, domainAt } from "./band.ts"
import type { Chain } from "./chain.ts"
import { Majorant } from "./majorant.ts"

/** What one channel is paid and pays. */
export interface Terms {
  /** Of one unit of response. */
  readonly weight: number
  /** By stage with a spend, of one unit of spend. */
  readonly tolls: Float64Array
}

export interface Alone {
  /** No plan of the channel alone, within its band, is worth more. */
  readonly bound: number
  /** Σ of the terms it is made of: what its rounding errors are a share of. */
  readonly size: number
  /** By stage with a spend: the best plan, as far as the grid tells. */
  readonly plan: Float64Array
}

/** Cells of the coarsest grid; each level has twice as many as the one before. */
const coarsest = 256

/**
 * One channel by itself, with its curve times `seasons` by stage. Its states are exposures over the least ones: a channel
 * on which no more than the least is spent is at a node in every stage, where its lines are not blurred.
 */
export class Lone {
  readonly chain: Chain
  readonly #shape: Shape
  readonly #seasons: readonly number[]
  readonly #width: number
  readonly #majorants = new Map<string, Majorant>()

  constructor(chain: Chain, shape: Shape, seasons: readonly number[], { high }: Band) {
    this.chain = chain
    this.#shape = shape
    this.#seasons = seasons
    this.#width = Math.max(...high.map((most, t) => most - (chain.least[t] as number))) || 1
  }

  /** Between two nodes of a level's grid, of exposure. */
  stepAt(level: number): number {
    return this.#width / (coarsest * 2 ** level)
  }

  #heights(t: number, level: number, first: number, last: number): Float64Array {
    const origin = this.chain.least[t] as number
    const key = `${origin} ${level}`
    let majorant = this.#majorants.get(key)
    if (!majorant) {
      majorant = new Majorant(this.#shape, origin, this.stepAt(level), coarsest * 2 ** level)
      this.#majorants.set(key, majorant)
    }
    return majorant.between(first, last)
  }

  /**
   * Most of weight · Σ season · curve(exposure) − Σ toll · spend within a band, by dynamic programming backwards over the
   * stages (Bellman, "Dynamic programming", 1957): the state is the exposure, and what is ahead of it is kept as straight
   * lines between nodes that lie nowhere below the truth. They are too high by the square of the grid's step.
   */
  best({ low, high }: Band, level: number, { weight, tolls }: Terms): Alone {
    const { keep, gain, least, domains } = this.chain
    const step = this.stepAt(level)
    const cells = coarsest * 2 ** level
    const nodes = Array.from(least, (origin, t) => ({
      first: Math.min(cells, Math.max(0, Math.floor(((low[t] as number) - origin) / step))),
      last: Math.max(0, Math.min(cells, Math.ceil(((high[t] as number) - origin) / step))),
    }))
    const reaches = Array.from(least, (_, t): Reach => {
      const domain = domainAt(this.chain, t)
      const places = (spend: number) => ((spend - domain.low) * gain) / step
      return { low: 0, used: places(domain.used), high: places(domain.high) }
    })
    /** What a node of exposure costs to reach. */
    const rate = (t: number) => ((tolls[t] ?? 0) * step) / gain
    const aheads: Ahead[] = []
    let later: Float64Array | undefined
    let size = 0
    for (let t = least.length - 1; t >= 0; t--) {
      const { first, last } = nodes[t] as (typeof nodes)[number]
      const earns = weight * (this.#seasons[t] as number)
      const kept = rate(t + 1) * keep - rate(t)
      const heights = this.#heights(t, level, first, last)
      const values = new Float64Array(last - first + 1)
      for (let k = 0; k < values.length; k++) {
        const beyond = later ? (later[k] as number) : 0
        values[k] = isNever(beyond) ? never : earns * (heights[first + k] as number) + beyond + kept * (first + k)
      }
      size += earns * (heights[last] as number) + Math.abs(rate(t)) * last
      const ahead = { first, last, values }
      aheads[t] = ahead
      const before = nodes[t - 1]
      if (before) later = passedOn(ahead, reaches[t] as Reach, before, keep)
    }
    const most = new Window(aheads[0] as Ahead, reaches[0] as Reach).most(0, 1e-9)
    const must = domains.reduce((sum, domain, t) => sum + (tolls[t] as number) * domain.low, 0)
    size += Math.abs(must)
    // Each stage adds a few roundings
    return { bound: most - must + 1e-15 * size, size, plan: this.#planOf(step, aheads, reaches) }
  }

  /** Forwards, the best spend of each stage among those that lead to a node or are at an end of their domain. */
  #planOf(step: number, aheads: readonly Ahead[], reaches: readonly Reach[]): Float64Array {
    const { keep, gain, domains } = this.chain
    let place = 0
    return Float64Array.from(domains, (domain, t) => {
      const ahead = aheads[t] as Ahead
      const { low, used, high } = reaches[t] as Reach
      const window = new Window(ahead, { low: 0, used: 0, high: 0 })
      const rest = keep * place
      let added = low
      let most = 2 * never
      for (const add of [low, used, high]) {
        const to = rest + add
        const isWithin = to >= ahead.first - 1e-9 && to <= ahead.last + 1e-9
        const value = isWithin ? window.at(to) : 2 * never
        if (value > most) [added, most] = [add, value]
      }
      const last = Math.min(ahead.last, Math.floor(rest + high))
      for (let j = Math.max(ahead.first, Math.ceil(rest + used)); j <= last; j++) {
        const value = ahead.values[j - ahead.first] as number
        if (value > most) [added, most] = [j - rest, value]
      }
      place = rest + added
      if (added === low) return domain.low
      return Math.min(domain.high, Math.max(domain.used, domain.low + (added * step) / gain))
    })
  }
}
