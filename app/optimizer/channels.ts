import type { Shape } from "./curves/shape.ts"
import { shapeOf } from "./curves.ts"
import type { Channel } from "./problem.ts"

/** The channels as the solvers see them: by index, curves folded, bounds in arrays of the same length. */
export interface Channels {
  readonly shapes: readonly Shape[]
  readonly min: Float64Array
  readonly max: Float64Array
}

export function channelsOf(channels: readonly Channel[]): Channels {
  const min = new Float64Array(channels.length)
  const max = new Float64Array(channels.length)
  const shapes = channels.map((channel, i) => {
    min[i] = channel.min
    max[i] = channel.max
    return shapeOf(channel.curve)
  })
  return { shapes, min, max }
}

export function sum(values: Float64Array): number {
  let result = 0
  for (let i = 0; i < values.length; i++) result += values[i] as number
  return result
}

/** Σ of the curves. */
export function responseTo({ shapes }: Channels, spends: Float64Array): number {
  let result = 0
  for (let i = 0; i < spends.length; i++) result += (shapes[i] as Shape).response(spends[i] as number)
  return result
}

/**
 * Writes into `spends` the least spends at which no channel earns more than `marginal` for its next unit, within
 * bounds; below 0 every channel gets its max. Returns their sum, which never rises with `marginal`.
 */
export function spendsAt({ shapes, min, max }: Channels, marginal: number, spends: Float64Array): number {
  let total = 0
  for (let i = 0; i < spends.length; i++) {
    const low = min[i] as number
    const high = max[i] as number
    let spend = high
    if (low < high && marginal >= 0) {
      spend = (shapes[i] as Shape).spendAt(marginal)
      if (spend < low) spend = low
      else if (spend > high) spend = high
    }
    spends[i] = spend
    total += spend
  }
  return total
}
