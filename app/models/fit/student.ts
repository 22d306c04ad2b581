/**
 * Student's t for whole degrees of freedom, by its finite series (Abramowitz and Stegun, Handbook of Mathematical
 * Functions, 26.7.3 and 26.7.4). Own code, because what npm offers is untyped or brings 230 packages.
 */

/** The share of the distribution within ±t. */
export function studentWithin(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees))
  const cosine = Math.cos(angle)
  const even = degrees % 2 === 0
  let term = even ? 1 : cosine
  let sum = degrees === 1 ? 0 : term
  for (let k = even ? 2 : 3; k <= degrees - 2; k += 2) {
    term *= (cosine * cosine * (k - 1)) / k
    sum += term
  }
  return even ? Math.sin(angle) * sum : (2 / Math.PI) * (angle + Math.sin(angle) * sum)
}

/** The t within ±which lies `share` of the distribution. */
export function studentQuantile(share: number, degrees: number): number {
  let low = 0
  let high = 1
  while (studentWithin(high, degrees) < share) {
    low = high
    high *= 2
  }
  for (;;) {
    const middle = low + (high - low) / 2
    if (middle <= low || middle >= high) return middle
    if (studentWithin(middle, degrees) < share) low = middle
    else high = middle
  }
}
