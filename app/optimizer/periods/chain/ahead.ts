/**
 * What is ahead of the states of a stage, the stage's own response among it, at the nodes `first` to `last` of a grid
 * and by straight lines between them. Places are states in units of the grid's step, from its origin.
 */
export interface Ahead {
  readonly first: number
  readonly last: number
  /** By node from `first`. */
  readonly values: Float64Array
}

/** What a spend adds to a place: `low`, or from `used` to `high`. */
export interface Reach {
  readonly low: number
  readonly used: number
  readonly high: number
}

/** What no plan leads to. Finite, so that lines to it are numbers. */
export const never = -1e300
export const isNever = (value: number): boolean => value < -1e200

/** Without the nodes at the ends that no plan leads to or from. */
export function trimmed(ahead: Ahead): Ahead {
  const { first, values } = ahead
  const [a, b] = [values.findIndex((value) => !isNever(value)), values.findLastIndex((value) => !isNever(value))]
  return a < 0 ? ahead : { first: first + a, last: first + b, values: values.subarray(a, b + 1) }
}

/** Answers for one stage what a spend can lead to at most. */
export class Window {
  readonly #ahead: Ahead
  readonly #reach: Reach
  /** Most of the nodes from the first one, to the last one, and of runs of 2^level nodes, by node. */
  readonly #upTo: Float64Array
  readonly #from: Float64Array
  readonly #runs: Float64Array
  readonly #run: number

  constructor(ahead: Ahead, reach: Reach) {
    this.#ahead = ahead
    this.#reach = reach
    const { values } = ahead
    const count = values.length
    this.#upTo = values.slice()
    this.#from = values.slice()
    for (let j = 1; j < count; j++)
      if (!((this.#upTo[j] as number) > (this.#upTo[j - 1] as number))) this.#upTo[j] = this.#upTo[j - 1] as number
    for (let j = count - 2; j >= 0; j--)
      if (!((this.#from[j] as number) > (this.#from[j + 1] as number))) this.#from[j] = this.#from[j + 1] as number
    // No window within the grid holds fewer whole nodes than this
    const width = Math.floor(reach.high - reach.used)
    this.#run = width >= 1 && width <= count ? 1 << (31 - Math.clz32(width)) : 1
    this.#runs = this.#run > 1 ? values.slice() : values
    for (let wide = 1; wide < this.#run; wide *= 2)
      for (let j = 0; j + wide < count; j++) {
        const next = this.#runs[j + wide] as number
        if (next > (this.#runs[j] as number)) this.#runs[j] = next
      }
  }

  /** By the lines, and as at the nearest end beyond them. */
  at(place: number): number {
    const { first, last, values } = this.#ahead
    if (place <= first) return values[0] as number
    if (place >= last) return values[last - first] as number
    const j = Math.floor(place)
    const [a, b] = [values[j - first] as number, values[j - first + 1] as number]
    if (isNever(b)) return this.#past(place, j, -1)
    if (isNever(a)) return this.#past(place, j + 1, 1)
    return a + (place - j) * (b - a)
  }

  /** Beyond a node after which there is nothing: by the line that ends there, and no more than at the node. */
  #past(place: number, node: number, inwards: 1 | -1): number {
    const { first, values } = this.#ahead
    const value = values[node - first] as number
    const before = values[node + inwards - first] ?? never
    if (isNever(value) || isNever(before)) return value
    return Math.min(value, value + Math.abs(place - node) * (value - before))
  }

  /**
   * The most that a spend leads to from what is left of the state before. `slack`: how far beyond the grid there may be
   * a value.
   */
  most(rest: number, slack: number): number {
    const { first, last } = this.#ahead
    const { low, used, high } = this.#reach
    let most = never
    if (low < used) {
      const place = rest + low
      if (place >= first - slack && place <= last + slack) most = this.#near(place)
    }
    const from = rest + used
    const to = rest + high
    if (from > last + slack || to < first - slack) return most
    const start = this.#near(to < first ? to : from > last ? from : Math.max(from, first))
    if (start > most) most = start
    if (from > last || to < first) return most
    const end = this.at(to)
    if (end > most) most = end
    const nodes = this.#mostNode(Math.ceil(from), Math.floor(to))
    return nodes > most ? nodes : most
  }

  #near(place: number): number {
    const { first, last } = this.#ahead
    return place > last ? this.#past(place, last, -1) : place < first ? this.#past(place, first, 1) : this.at(place)
  }

  #mostNode(from: number, to: number): number {
    const { first, last } = this.#ahead
    if (from > last || to < first || from > to) return never
    if (to >= last) return this.#from[Math.max(from, first) - first] as number
    if (from <= first) return this.#upTo[to - first] as number
    const a = this.#runs[from - first] as number
    const b = this.#runs[Math.max(from, to - this.#run + 1) - first] as number
    return a > b ? a : b
  }
}

/**
 * By node of the stage before, the most ahead of what it leaves: keep · place. On each piece between the places from
 * which an end of the window is at a node, the most in it is convex, so that its chord lies nowhere below. Where a node at
 * an end lies above the chord of a whole cell, both ends of that are raised: the lines lie nowhere below the truth.
 */
export function passedOn(
  ahead: Ahead,
  reach: Reach,
  before: Pick<Ahead, "first" | "last">,
  keep: number,
): Float64Array {
  const window = new Window(ahead, reach)
  const cells = before.last - before.first
  const slack = keep * (1 + 1e-9) + 1e-9
  const values = new Float64Array(cells + 1)
  for (let k = 0; k <= cells; k++) values[k] = window.most(keep * (before.first + k), slack)
  const raised = values.slice()
  const ends = reach.low < reach.used ? [reach.low, reach.used, reach.high] : [reach.used, reach.high]
  for (const end of ends) {
    // Nodes that this end of the window passes, from one node of the stage before to the next
    const start = keep * before.first + end
    const most = Math.min(ahead.last, Math.floor(start + keep * cells))
    for (let j = Math.max(ahead.first, Math.ceil(start)); j <= most; j++) {
      const along = keep > 0 ? (j - start) / keep : 0
      const k = Math.min(cells - 1, Math.floor(along))
      if (k < 0) continue
      const [a, b] = [values[k] as number, values[k + 1] as number]
      const over = (ahead.values[j - ahead.first] as number) - (a + (along - k) * (b - a))
      if (!(over > 0) || isNever(a) || isNever(b)) continue
      if (a + over > (raised[k] as number)) raised[k] = a + over
      if (b + over > (raised[k + 1] as number)) raised[k + 1] = b + over
    }
  }
  return raised
}
