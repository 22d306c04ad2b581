import type { Shape } from "../../curves/shape.ts"

/** Nodes at whose heights a majorant is computed at once. */
const block = 64

/**
 * Straight lines between equally spaced nodes that lie nowhere below a curve which is convex and then concave, or of
 * straight pieces: at each node the curve's own height, raised by the most that it exceeds its chord in the cells on
 * either side. That is of the second order in the step: where a curve is convex it is below its chord, where concave
 * below its tangents. Computed where it is asked for.
 */
export class Majorant {
  readonly #shape: Shape
  readonly #origin: number
  readonly #step: number
  readonly #heights: Float64Array
  readonly #known: Uint8Array

  /** Nodes 0 to `cells`, at origin + node · step. */
  constructor(shape: Shape, origin: number, step: number, cells: number) {
    this.#shape = shape
    this.#origin = origin
    this.#step = step
    this.#heights = new Float64Array(cells + 1)
    this.#known = new Uint8Array(Math.floor(cells / block) + 1)
  }

  /** Heights by node; those from `first` to `last` are computed. */
  between(first: number, last: number): Float64Array {
    for (let b = Math.floor(first / block); b <= Math.floor(last / block); b++) {
      if (this.#known[b]) continue
      this.#known[b] = 1
      this.#compute(b * block, Math.min(this.#heights.length, (b + 1) * block) - 1)
    }
    return this.#heights
  }

  #compute(first: number, last: number): void {
    const at = (j: number) => this.#origin + j * this.#step
    let height = first > 0 ? this.#shape.response(at(first - 1)) : 0
    let raise = 0
    for (let j = first; j <= last + 1; j++) {
      const next = this.#shape.response(at(j))
      const over = j > 0 ? excess(this.#shape, at(j - 1), at(j), height, next) : 0
      if (j > first) this.#heights[j - 1] = height + Math.max(raise, over)
      raise = over
      height = next
    }
  }
}

/** No less than the most that a curve exceeds its chord between two spends, and at least 0. */
function excess(shape: Shape, from: number, to: number, start: number, end: number): number {
  const chord = (spend: number) => start + ((spend - from) / (to - from)) * (end - start)
  if (shape.corners)
    return shape.corners.reduce(
      (most, { spend, response }) => (spend > from && spend < to ? Math.max(most, response - chord(spend)) : most),
      0,
    )
  if (to <= shape.inflection) return 0
  const first = Math.max(from, shape.inflection)
  const height = first === from ? start : shape.response(first)
  const [slope, before] = [shape.marginal(first), shape.marginalBefore(to)]
  // Where the tangents at both ends of the concave part meet
  const across = slope === Infinity ? 0 : (end - height - before * (to - first)) / (slope - before)
  const meet = first + Math.min(to - first, Math.max(0, across || 0))
  return Math.max(0, height - chord(first), end - before * (to - meet) - chord(meet))
}
