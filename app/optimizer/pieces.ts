import type { Shape } from "./curves/shape.ts"

/** A line that lies nowhere below a concave curve: slope · spend + height. */
interface Tangent {
  /** Where it touches the curve. */
  readonly spend: number
  readonly slope: number
  readonly height: number
}

/** Pieces of the least line above a curve, from a channel's min to its max: `widths` with falling `slopes`. */
export interface Pieces {
  /** What the line says at the min: the curve, or more where the curve starts upright. */
  readonly start: number
  readonly widths: number[]
  readonly slopes: number[]
}

/**
 * Tangents touch this far apart, as a share of the spend over the min (and of a thousandth of the range): an error of
 * its square. Pieces near the solver's tolerance of 1e-7 make it cycle.
 */
const nearest = 3e-6

/** The tangents that stand for one channel's curve in a linear program, and grow around its solution. */
export class Tangents {
  readonly #shape: Shape
  readonly #min: number
  readonly #max: number
  /** By falling slope, so by rising spend. */
  #tangents: Tangent[] = []

  constructor(shape: Shape, min: number, max: number) {
    this.#shape = shape
    this.#min = min
    this.#max = max
    this.add(min)
    this.add(max)
    // Slopes from the steepest to the flattest that matter, evenly in their logarithm
    const width = max - min
    const steep = Math.min(shape.marginal(min), shape.marginal(min + 1e-4 * width))
    const flat = Math.max(shape.marginalBefore(max), steep * 1e-6)
    const count = 8
    if (width > 0 && steep > flat)
      for (let k = 0; k <= count; k++) this.add(shape.spendAt(steep * (flat / steep) ** (k / count)))
  }

  /** The spend at which the curve earns `marginal` for the next unit, within bounds. */
  spendAt(marginal: number): number {
    const spend = marginal >= 0 ? this.#shape.spendAt(marginal) : this.#max
    return Math.min(this.#max, Math.max(this.#min, spend))
  }

  /** Adds the tangents at a spend, both of them at a kink. */
  add(spend: number): void {
    const at = Math.min(this.#max, Math.max(this.#min, spend))
    const { response, marginal, marginalBefore } = this.#shape
    if (at > this.#min || this.#min === this.#max) this.#insert(at, marginalBefore(at), response(at))
    if (at < this.#max) this.#insert(at, marginal(at), response(at))
  }

  #insert(spend: number, slope: number, response: number): void {
    if (!Number.isFinite(slope)) return
    const tangents = this.#tangents
    let index = tangents.findIndex((tangent) => tangent.slope <= slope)
    if (index < 0) index = tangents.length
    const reach = nearest * (spend - this.#min + 1e-3 * (this.#max - this.#min))
    for (const neighbor of [tangents[index - 1], tangents[index]]) {
      if (!neighbor) continue
      const sameLine = Math.abs(neighbor.slope - slope) <= 1e-13 * slope
      if (sameLine || (spend !== neighbor.spend && Math.abs(neighbor.spend - spend) <= reach)) return
    }
    tangents.splice(index, 0, { spend, slope, height: response - slope * spend })
  }

  pieces(): Pieces {
    const tangents = this.#tangents
    const widths: number[] = []
    const slopes: number[] = []
    let from = this.#min
    tangents.forEach((tangent, k) => {
      const next = tangents[k + 1]
      const end = next ? meet(tangent, next) : this.#max
      if (end <= from) return
      widths.push(end - from)
      slopes.push(tangent.slope)
      from = end
    })
    const first = tangents[0]
    return { start: first ? first.slope * this.#min + first.height : 0, widths, slopes }
  }
}

/** Where two neighbors cross: between the points where they touch. */
function meet(steep: Tangent, flat: Tangent): number {
  const at = (flat.height - steep.height) / (steep.slope - flat.slope)
  return Math.min(flat.spend, Math.max(steep.spend, at))
}
