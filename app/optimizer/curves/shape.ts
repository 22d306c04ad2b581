/** A curve made ready for the optimizer: what it answers per channel, with its parameters folded in. */
export interface Shape {
  /** Response to a spend ≥ 0 (or infinite: the limit). */
  response(spend: number): number
  /** What the next unit earns: the derivative from the right. May be infinite at 0. */
  marginal(spend: number): number
  /** What the last unit earned: the derivative from the left; differs from `marginal` at kinks only. */
  marginalBefore(spend: number): number
  /**
   * The least spend from which no further unit earns more than `marginal` ≥ 0; infinite if it always does. Where the
   * curve is not concave, no less than `inflection`. Not for a shape with `corners`.
   */
  spendAt(marginal: number): number
  /** The curve is convex up to this spend and concave from it on: 0 where it is concave, infinite where it is convex. */
  readonly inflection: number
  /** Of straight pieces that are not concave: their ends, from (0, 0) on. Flat after the last. */
  readonly corners?: readonly { readonly spend: number; readonly response: number }[]
  /** What a unit still earns after endless spend: 0 but for lines. */
  readonly finalMarginal: number
  /** No finite spend earns all the curve can give. */
  readonly endless: boolean
}

/** The shape that earns nothing, whatever is spent. Every curve with scale 0 is this one. */
export const flat: Shape = {
  response: () => 0,
  marginal: () => 0,
  marginalBefore: () => 0,
  spendAt: () => 0,
  inflection: 0,
  finalMarginal: 0,
  endless: false,
}
