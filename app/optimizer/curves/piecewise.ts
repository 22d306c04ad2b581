import type { CurveOf } from "../schema.ts"
import type { Shape } from "./shape.ts"

export type Points = CurveOf<"piecewise">["points"]

/** Slopes that differ by no more than this share are one slope: it is what dividing two rounded differences can lose. */
const sameSlope = 1e-12

/** Slope of each piece from (0, 0) on. */
export function slopes(points: Points): number[] {
  let from = { spend: 0, response: 0 }
  return points.map((to) => {
    const slope = (to.response - from.response) / (to.spend - from.spend)
    from = to
    return slope
  })
}

export function slopesFall(points: Points): boolean {
  return slopes(points).every((slope, i, all) => i === 0 || slope <= (all[i - 1] ?? 0) * (1 + sameSlope))
}

/** The points past a spend that is there already, from the response there. */
export function leaveOut(points: Points, there: number): Points {
  if (there === 0) return points
  const passed = piecewise(points).response(there)
  return points
    .filter(({ spend }) => spend > there)
    .map(({ spend, response }) => ({ spend: spend - there, response: response - passed }))
}

/** Straight lines from (0, 0) through the points, then flat. `spendAt` holds for falling slopes only. */
export function piecewise(points: Points): Shape {
  const steep = slopes(points)
  // A rise within rounding would make the marginal go up again
  if (slopesFall(points)) for (let i = 1; i < steep.length; i++) steep[i] = Math.min(steep[i] ?? 0, steep[i - 1] ?? 0)
  const ends = points.map((point) => point.spend)
  const heights = points.map((point) => point.response)
  const last = ends.length - 1
  /** Index of the first piece that ends after `spend`, or at it when `before`. */
  const pieceAt = (spend: number, before: boolean) => {
    let low = 0
    let high = ends.length
    while (low < high) {
      const middle = (low + high) >> 1
      const end = ends[middle] ?? Infinity
      if (before ? end < spend : end <= spend) low = middle + 1
      else high = middle
    }
    return low
  }
  return {
    response(spend) {
      const piece = pieceAt(spend, false)
      if (piece > last) return heights[last] ?? 0
      const end = ends[piece] ?? 0
      const start = piece === 0 ? 0 : (ends[piece - 1] ?? 0)
      const low = piece === 0 ? 0 : (heights[piece - 1] ?? 0)
      const high = heights[piece] ?? 0
      return low + (high - low) * ((spend - start) / (end - start))
    },
    marginal: (spend) => steep[pieceAt(spend, false)] ?? 0,
    marginalBefore: (spend) => steep[pieceAt(spend, true)] ?? 0,
    spendAt(at) {
      let low = 0
      let high = steep.length
      while (low < high) {
        const middle = (low + high) >> 1
        if ((steep[middle] ?? 0) > at) low = middle + 1
        else high = middle
      }
      return low === 0 ? 0 : (ends[low - 1] ?? 0)
    },
    finalMarginal: 0,
    endless: false,
  }
}
