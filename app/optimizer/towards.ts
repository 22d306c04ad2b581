import { type Goal, isMet } from "./goal.ts"

/** A target is met to this share of its terms: what is promised is a thousand times as much, and exact points keep bounds. */
const rounding = 1e-12

export const meetsExactly = ({ target }: Goal, response: number, spend: number): boolean =>
  !target || isMet(target, response, spend, rounding)

/** The spends nearest to `spends` on the way to `inside` that meet a target; all on the way meet bounds and rows. */
export function towards(
  meets: (on: Float64Array) => boolean,
  spends: Float64Array,
  inside: Float64Array,
): Float64Array {
  const at = (share: number) => spends.map((spend, i) => spend + share * ((inside[i] as number) - spend))
  if (meets(spends)) return spends
  let short = 0
  let enough = 1
  // Concave along the way: Newton would do, but this is a hundredth of the time of a program
  while (enough - short > 1e-16 + 1e-12 * enough) {
    const middle = (short + enough) / 2
    if (meets(at(middle))) enough = middle
    else short = middle
  }
  return enough === 1 ? inside : at(enough)
}
