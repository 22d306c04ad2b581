import { marginal, response, shapeOf } from "../../../app/optimizer/curves.ts"
import type { Channel } from "../../../app/optimizer/index.ts"

/**
 * Most response that `total` earns, by moving spend from the channel that loses least to the one that gains most, each
 * time by a bisection to where both earn the same, until no move is left that earns. Slow, and nothing of the solver's.
 * NaN where the total does not fit the bounds.
 */
export function mostResponse(channels: readonly Channel[], total: number): number {
  const spends = channels.map(({ min }) => min)
  let rest = total - spends.reduce((sum, spend) => sum + spend, 0)
  channels.forEach(({ min, max }, i) => {
    const given = Math.max(0, Math.min(rest, max - min))
    spends[i] = min + given
    rest -= given
  })
  if (Math.abs(rest) > 1e-9 * total) return Number.NaN
  // A curve that starts upright may want less than a digit of what another has
  const sated = new Set<number>()
  for (let move = 0; move < 20_000; move++) {
    let to = -1
    let from = -1
    let gain = 0
    let loss = Infinity
    channels.forEach(({ curve, min, max }, i) => {
      const spend = spends[i] ?? 0
      const up = marginal(curve, spend)
      const down = shapeOf(curve).marginalBefore(spend)
      if (spend < max && up > gain && !sated.has(i)) [to, gain] = [i, up]
      if (spend > min && down < loss) [from, loss] = [i, down]
    })
    if (to < 0 || from < 0 || to === from || gain <= loss * (1 + 1e-13)) break
    if (!exchange(channels, spends, from, to)) sated.add(to)
  }
  return channels.reduce((sum, { curve }, i) => sum + response(curve, spends[i] ?? 0), 0)
}

/** False where what is left to move is rounding. */
function exchange(channels: readonly Channel[], spends: number[], from: number, to: number): boolean {
  const giver = channels[from] as Channel
  const taker = channels[to] as Channel
  const given = spends[from] ?? 0
  const taken = spends[to] ?? 0
  let low = 0
  const room = taker.max - taken
  let high = Math.min(given - giver.min, room)
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2
    if (marginal(taker.curve, taken + middle) > shapeOf(giver.curve).marginalBefore(given - middle)) low = middle
    else high = middle
  }
  if (given - high === given) return false
  spends[from] = Math.max(giver.min, given - high)
  // A hair of room that rounding leaves would look like the best move for ever
  spends[to] = high === room ? taker.max : Math.min(taker.max, taken + high)
  return true
}

/** The highest value of a concave function on [low, high], by golden sections. */
export function highest(value: (at: number) => number, low: number, high: number): number {
  const golden = (Math.sqrt(5) - 1) / 2
  let [a, b] = [low, high]
  let [left, right] = [b - golden * (b - a), a + golden * (b - a)]
  let [atLeft, atRight] = [value(left), value(right)]
  let best = Math.max(value(low), value(high), atLeft, atRight)
  for (let step = 0; step < 80; step++) {
    if (atLeft < atRight) {
      a = left
      ;[left, atLeft] = [right, atRight]
      right = a + golden * (b - a)
      atRight = value(right)
    } else {
      b = right
      ;[right, atRight] = [left, atLeft]
      left = b - golden * (b - a)
      atLeft = value(left)
    }
    best = Math.max(best, atLeft, atRight)
  }
  return best
}
