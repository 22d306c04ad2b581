import type { Branching, Relaxed } from "./branching.ts"
import { goalValue } from "./certificate.ts"
import { type Channels, responseTo, sum } from "./channels.ts"

/** A share of a value that is rounding. */
const rounding = 1e-12

/** The best feasible spends so far. */
export class Incumbent<R extends Relaxed> {
  readonly #branching: Branching<R>
  readonly #wanted: number
  readonly #tried = new Set<string>()
  #best: R | undefined
  #value = -Infinity
  #enough = -Infinity

  constructor(branching: Branching<R>, wanted: number) {
    this.#branching = branching
    this.#wanted = wanted
  }

  get best(): R | undefined {
    return this.#best
  }

  /** Of the goal; −Infinity where there are none. */
  get value(): number {
    return this.#value
  }

  /** A bound that is no higher than this leaves nothing to look for: the value and the share of it that is wanted, if less will not do. */
  get enough(): number {
    const { until = Infinity } = this.#branching
    if (!Number.isFinite(until)) return this.#enough
    return Math.min(this.#enough, until - rounding * Math.abs(until))
  }

  /** Takes feasible spends if they are better, and says whether they are. */
  offer(relaxed: R): boolean {
    const { goal, channels, spent = sum } = this.#branching
    const { spends } = relaxed
    const [response, spend] = [responseTo(channels, spends), spent(spends)]
    const value = goalValue(goal, response, spend)
    if (!(value > this.#value)) return false
    const size = Math.max(goal.weight * response, goal.price * spend)
    this.#best = relaxed
    this.#value = value
    this.#enough = value + this.#wanted * size
    return true
  }

  /** Solves within parts of the domains on which all curves are concave. Each choice of parts is solved once. */
  try(channels: Channels): void {
    const key = channels.min.join()
    if (this.#tried.has(key)) return
    this.#tried.add(key)
    const relaxed = this.#branching.relax(channels)
    if (relaxed && !relaxed.unmet) this.offer(relaxed)
  }
}
