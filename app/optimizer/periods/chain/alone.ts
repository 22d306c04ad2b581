import type { Shape } from "../../curves/shape.ts"
import { type Ahead, isNever, never, passedOn, type Reach, trimmed, Window } from "./ahead.ts"
import { type Band, domainAt } from "./band.ts"
import type { Chain } from "./chain.ts"
import { Majorant } from "./majorant.ts"

/** What one channel is paid and pays. */
export interface Terms {
  /** Of one unit of response. */
  readonly weight: number
  /** By stage with a spend, of one unit of spend. */
  readonly tolls: Float64Array
  /** By stage, of one unit of exposure in what leaves it (see leaving.ts). */
  readonly rates: Float64Array
}

export interface Alone {
  /** No plan of the channel alone, within its band, is worth more. */
  readonly bound: number
  /** Σ of the terms it is made of: what its rounding errors are a share of. */
  readonly size: number
  /** By stage with a spend: the best plan, as far as the grid tells. */
  readonly plan: Float64Array
}

/** One stage on a grid: nodes of its state, what each is worth there and then, and what a spend adds. */
interface Stage {
  readonly first: number
  readonly last: number
  readonly reach: Reach
  readonly worth: Float64Array
  readonly size: number
}

const plus = (a: Float64Array, b: Float64Array) =>
  a.map((each, k) => (isNever(each) || isNever(b[k] as number) ? never : each + (b[k] as number)))

/** By node of a stage, the most behind it: of all states of the stage before from which a spend leads there. */
function broughtTo(nodes: Pick<Ahead, "first" | "last">, behind: Ahead, { high }: Reach, keep: number): Float64Array {
  // From any, where nothing carries over
  if (keep === 0) return new Float64Array(nodes.last - nodes.first + 1).fill(Math.max(...behind.values))
  return passedOn(behind, { low: -high / keep, used: -high / keep, high: 0 }, nodes, 1 / keep)
}

/** A share of the terms of a bound: a few roundings a stage. */
const rounding = 1e-15

/** Cells of the coarsest grid; each level has twice as many as the one before. */
const coarsest = 256

/**
 * One channel by itself, with its curve times `seasons` by stage. Its nodes are states over the least ones: a channel
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

  /** The same with grids over a narrower band, as much finer. */
  over(band: Band): Lone {
    return new Lone(this.chain, this.#shape, this.#seasons, band)
  }

  /** Between two nodes of a level's grid, in units of exposure. */
  stepAt(level: number): number {
    return this.#width / (coarsest * 2 ** level)
  }

  #heights(t: number, level: number, first: number, last: number): Float64Array {
    const { past, least, after, lost } = this.chain
    const origin = (past[t] as number) + (least[t] as number) - lost * (least[t - after] ?? 0)
    const key = `${origin} ${level}`
    let majorant = this.#majorants.get(key)
    if (!majorant) {
      majorant = new Majorant(this.#shape, origin, this.stepAt(level), coarsest * 2 ** level)
      this.#majorants.set(key, majorant)
    }
    return majorant.between(first, last)
  }

  /** By node of state from `first` to `last`: the most of earns · curve − leaves · place of the exposure. */
  #stage(
    t: number,
    nodes: Pick<Ahead, "first" | "last">,
    level: number,
    { low, high }: Band,
    earns: number,
    leaves: number,
  ): Float64Array {
    const { least, after, lost } = this.chain
    if (lost === 0 || t < after) {
      const heights = this.#heights(t, level, nodes.first, nodes.last)
      return heights.slice(nodes.first, nodes.last + 1).map((height) => earns * height)
    }
    const step = this.stepAt(level)
    const origin = least[t - after] as number
    const used = (lost * Math.min(0, origin - (high[t - after] as number))) / step
    const reach = { low: used, used, high: (lost * Math.min(0, origin - (low[t - after] as number))) / step }
    const first = Math.max(0, Math.floor(nodes.first + reach.used))
    const last = Math.max(0, Math.ceil(nodes.last + reach.high))
    const heights = this.#heights(t, level, first, last)
    const values = new Float64Array(last - first + 1)
    for (let k = 0; k < values.length; k++) values[k] = earns * (heights[first + k] as number) - leaves * (first + k)
    return passedOn({ first, last, values }, reach, nodes, 1)
  }

  /**
   * Most of weight · Σ season · curve(exposure) − Σ toll · spend within a band, by dynamic programming backwards over the
   * stages (Bellman, "Dynamic programming", 1957): what is ahead of a state is kept as straight
   * lines between nodes that lie nowhere below the truth. They are too high by the square of the grid's step.
   */
  best(band: Band, level: number, terms: Terms): Alone {
    const stages = this.#stages(band, level, terms)
    const aheads = this.#aheads(stages)
    const reaches = stages.map(({ reach }) => reach)
    const most = new Window(aheads[0] as Ahead, reaches[0] as Reach).most(0, 1e-9)
    const must = this.#must(terms)
    const size = stages.reduce((sum, stage) => sum + stage.size, Math.abs(must))
    // Each stage adds a few roundings
    const bound = most - must + rounding * size
    return { bound, size, plan: this.#planOf(this.stepAt(level), aheads, reaches) }
  }

  /**
   * What of a band is left to plans that are worth at least as much: by what is ahead of a state, and what is behind it,
   * which is found the same way forwards.
   */
  within(band: Band, level: number, terms: Terms, least: number): Band {
    const { keep, least: origins } = this.chain
    const step = this.stepAt(level)
    const stages = this.#stages(band, level, terms)
    const aheads = this.#aheads(stages)
    const must = this.#must(terms)
    const size = stages.reduce((sum, stage) => sum + stage.size, Math.abs(must))
    const wanted = least + must - 2 * rounding * size
    const [low, high] = [band.low.slice(), band.high.slice()]
    let behind: Ahead = { first: 0, last: 0, values: Float64Array.of(0) }
    stages.forEach(({ first, last, worth, reach }, t) => {
      const before = broughtTo({ first, last }, trimmed(behind), reach, keep)
      const through = plus(before, (aheads[t] as Ahead).values)
      const isGood = (value: number) => value >= wanted
      const [a, b] = [through.findIndex(isGood), through.findLastIndex(isGood)]
      const origin = origins[t] as number
      // Between two nodes no plan is better than at the better of them
      if (a > 0) low[t] = Math.max(low[t] as number, origin + (first + a - 1) * step)
      if (b >= 0 && b < last - first) high[t] = Math.min(high[t] as number, origin + (first + b + 1) * step)
      behind = { first, last, values: plus(before, worth) }
    })
    return { low, high }
  }

  /** What the least spends cost. */
  #must({ tolls }: Terms): number {
    return this.chain.domains.reduce((sum, domain, t) => sum + (tolls[t] as number) * domain.low, 0)
  }

  /** What is ahead of the states of each stage. */
  #aheads(stages: readonly Stage[]): Ahead[] {
    const aheads: Ahead[] = []
    let later: Float64Array | undefined
    for (let t = stages.length - 1; t >= 0; t--) {
      const { first, last, worth, reach } = stages[t] as Stage
      const ahead = { first, last, values: later ? plus(worth, later) : worth }
      aheads[t] = ahead
      const before = stages[t - 1]
      if (before) later = passedOn(trimmed(ahead), reach, before, this.chain.keep)
    }
    return aheads
  }

  #stages(band: Band, level: number, terms: Terms): Stage[] {
    const { keep, gain, least, after, lost } = this.chain
    const { low, high } = band
    const { weight, tolls, rates } = terms
    const step = this.stepAt(level)
    const cells = coarsest * 2 ** level
    /** What a node of the state costs to reach. */
    const rate = (t: number) => ((tolls[t] ?? 0) * step) / gain
    return Array.from(least, (origin, t): Stage => {
      const first = Math.min(cells, Math.max(0, Math.floor(((low[t] as number) - origin) / step)))
      const last = Math.max(0, Math.min(cells, Math.ceil(((high[t] as number) - origin) / step)))
      const domain = domainAt(this.chain, t)
      const places = (spend: number) => ((spend - domain.low) * gain) / step
      const reach = { low: 0, used: places(domain.used), high: places(domain.high) }
      const leaves = (rates[t] as number) * step
      const kept = rate(t + 1) * keep - rate(t) + leaves - lost * (rates[t + after] ?? 0) * step
      const worth = this.#stage(t, { first, last }, level, band, weight * (this.#seasons[t] as number), leaves)
      const height = worth[last - first] as number
      const size = (isNever(height) ? 0 : Math.abs(height)) + (Math.abs(rate(t)) + 2 * leaves) * last
      return {
        first,
        last,
        reach,
        size,
        worth: worth.map((each, k) => (isNever(each) ? never : each + kept * (first + k))),
      }
    })
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
