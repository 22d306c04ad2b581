import type { Channel, Problem } from "../../app/optimizer/problem.ts"
import type { Curve } from "../../app/optimizer/schema.ts"
import type { OptimizeRequest } from "../../app/results/schema.ts"
import { uniform } from "../support/noise.ts"

export const shapes = ["concave", "S-shaped"] as const
export type Shape = (typeof shapes)[number]

export interface Instance {
  readonly channels: number
  readonly shape: Shape
  readonly seed: number
}

/**
 * A problem that is the same for the same instance: today's spends from 1,000 to 100,000, spread evenly in their logarithm,
 * bounds from 0 to three times them, their sum to be spent. Concave curves are half logistic, half Michaelis–Menten,
 * S-shaped ones are Hill curves with slopes from 1.5 to 4; half of scale is earned at 0.5 to 2 times today's spend.
 */
export function problemOf({ channels: count, shape, seed }: Instance): Problem {
  const next = uniform(seed)
  const between = (low: number, high: number) => low + (high - low) * next()
  const channels = Array.from({ length: count }, (_, index): Channel => {
    const today = Math.round(1e3 * 100 ** next())
    const halfSaturation = today * between(0.5, 2)
    const scale = today * between(1, 4)
    return {
      name: `channel-${String(index).padStart(4, "0")}`,
      curve: curveOf(shape, index, { scale, halfSaturation, slope: between(1.5, 4) }),
      today,
      min: 0,
      max: 3 * today,
    }
  })
  return {
    channels,
    total: { amount: channels.reduce((sum, { today }) => sum + today, 0), spend: "exactly" },
    constraints: [],
    objective: { goal: "response" },
    method: "auto",
  }
}

interface Numbers {
  readonly scale: number
  readonly halfSaturation: number
  readonly slope: number
}

function curveOf(shape: Shape, index: number, { scale, halfSaturation, slope }: Numbers): Curve {
  if (shape === "S-shaped") return { type: "hill", scale, halfSaturation, slope }
  // tanh(rate · spend / 2) is a half at atanh(1/2) = ln(3) / 2
  if (index % 2 === 0) return { type: "logistic", scale, rate: Math.log(3) / halfSaturation }
  return { type: "michaelis-menten", scale, halfSaturation }
}

/** The problem as a client asks it. */
export function requestOf({ channels, total }: Problem, store: boolean): OptimizeRequest {
  const each = <T>(value: (channel: Channel) => T) =>
    Object.fromEntries(channels.map((channel) => [channel.name, value(channel)]))
  return {
    budget: each(({ today }) => today),
    curves: each(({ curve }) => curve),
    constraints: {
      ...(total ? { total: total.amount } : {}),
      channels: each(({ min, max }) => ({ min, max })),
    },
    store,
  }
}

/** How far from one another the totals of a stream are, as a share of the total. */
const spread = 0.2
const golden = (Math.sqrt(5) - 1) / 2

/**
 * Bodies of requests without end, each with a total of its own and so a problem that no cache knows: the problems by
 * turns, each written once.
 */
export function bodiesOf(problems: readonly Problem[], store: boolean): () => string {
  const parts = problems.map((problem) => {
    const { constraints, ...request } = requestOf(problem, store)
    const { total = 0, ...rest } = constraints ?? {}
    const text = JSON.stringify({ ...request, constraints: rest })
    return { total, head: `${text.slice(0, -2)},"total":`, tail: "}}" }
  })
  let asked = 0
  return () => {
    const part = parts[asked % parts.length]
    if (part === undefined) throw new RangeError("problems is empty: give at least one")
    // The golden ratio's multiples, less their whole parts, are all different and evenly spread
    const share = 1 - spread + 2 * spread * ((++asked * golden) % 1)
    return `${part.head}${part.total * share}${part.tail}`
  }
}
