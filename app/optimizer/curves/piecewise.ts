import type { CurveOf } from "../schema.ts"
import type { Shape } from "./shape.ts"

export type Points = CurveOf<"piecewise">["points"]

/** Slopes that differ by no more than this share are one slope: it is what dividing two rounded differences can lose. */
const sameSlope = 1e-12

/** Slope of each piece from the start on. */
export function slopes(points: Points, start: Points[number] = origin): number[] {
  let from = start
  return points.map((to) => {
    const slope = (to.response - from.response) / (to.spend - from.spend)
    from = to
    return slope
  })
}

export function slopesFall(points: Points): boolean {
  return slopes(points).every((_, i, all) => i === 0 || !rises(all, i))
}

/** Straight lines from (0, 0) through the points, then flat. */
export function piecewise(points: Points): Shape {
  const concave = slopesFall(points)
  const shape = lines(origin, points, concave)
  if (concave) return shape
  const steep = slopes(points)
  const last = points.findLast((_, i) => rises(steep, i + 1))
  return { ...shape, inflection: last?.spend ?? 0, corners: [origin, ...points] }
}

const origin = { spend: 0, response: 0 }

const rises = (steep: readonly number[], i: number) => (steep[i] ?? 0) > (steep[i - 1] ?? 0) * (1 + sameSlope)

/** The points past a spend that is there already, from the response there. */
export function leaveOut(points: Points, there: number): Points {
  if (there === 0) return points
  const passed = piecewise(points).response(there)
  return points
    .filter(({ spend }) => spend > there)
    .map(({ spend, response }) => ({ spend: spend - there, response: response - passed }))
}

/** Straight lines from a start on through points, then flat. `spendAt` holds for falling slopes only. */
export function lines(start: Points[number], points: Points, fall = true): Shape {
  const steep = slopes(points, start)
  // A rise within rounding would make the marginal go up again
  if (fall) for (let i = 1; i < steep.length; i++) steep[i] = Math.min(steep[i] ?? 0, steep[i - 1] ?? 0)
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
      if (piece > last) return heights[last] ?? start.response
      const end = ends[piece] ?? 0
      const from = piece === 0 ? start.spend : (ends[piece - 1] ?? 0)
      const low = piece === 0 ? start.response : (heights[piece - 1] ?? 0)
      const high = heights[piece] ?? 0
      return low + (high - low) * ((spend - from) / (end - from))
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
      return low === 0 ? start.spend : (ends[low - 1] ?? 0)
    },
    inflection: 0,
    finalMarginal: 0,
    endless: false,
  }
}
