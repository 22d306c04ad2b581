import { response } from "../../../app/optimizer/curves.ts"
import type { Channel, Problem } from "../../../app/optimizer/index.ts"

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const earned = (channels: readonly Channel[], spends: readonly number[]) =>
  sum(channels.map(({ curve }, i) => response(curve, spends[i] ?? 0)))
const allows = ({ min, max, minIfUsed = 0 }: Channel, spend: number) =>
  spend >= min && spend <= max && (spend === 0 || spend >= minIfUsed)

interface Best {
  readonly value: number
  /** The largest term that the value is made of. */
  readonly size: number
}

/**
 * The best of a grid of `steps` spends a channel, with the ends of all bounds and pieces, in what is maximized; with a
 * total that must be spent the last channel takes the rest. Undefined where no point is feasible.
 */
export function bestOfGrid(problem: Problem, steps: number): Best | undefined {
  const { channels, total } = problem
  const candidates = channels.map((channel) => {
    const { min, max, minIfUsed = 0, curve } = channel
    const corners = curve.type === "piecewise" ? curve.points.map(({ spend }) => spend) : []
    const even = Array.from({ length: steps + 1 }, (_, k) => min + (k / steps) * (max - min))
    return [...even, max, minIfUsed, ...corners].filter((spend) => allows(channel, spend))
  })
  let best: Best | undefined
  const visit = (spends: readonly number[]): void => {
    const next = channels[spends.length]
    if (!next) {
      const found = measure(problem, spends)
      if (found && !(best && best.value >= found.value)) best = found
    } else if (total?.spend === "exactly" && spends.length === channels.length - 1) {
      const rest = total.amount - sum(spends)
      if (allows(next, rest)) visit([...spends, rest])
    } else for (const spend of candidates[spends.length] ?? []) visit([...spends, spend])
  }
  visit([])
  return best
}

function measure({ channels, total, constraints, objective }: Problem, spends: readonly number[]): Best | undefined {
  for (const { coefficients, min = -Infinity, max = Infinity } of constraints) {
    const value = sum(channels.map(({ name }, i) => (coefficients[name] ?? 0) * (spends[i] ?? 0)))
    if (value < min || value > max) return undefined
  }
  const spend = sum(spends)
  const gained = earned(channels, spends)
  if (total && spend > total.amount * (1 + 1e-12)) return undefined
  if (total?.spend === "exactly" && spend < total.amount * (1 - 1e-12)) return undefined
  switch (objective.goal) {
    case "response":
      return { value: gained, size: gained }
    case "least-spend":
      return gained < objective.response ? undefined : { value: -spend, size: spend }
    case "roi":
      return objective.valuePerResponse * gained < objective.target * spend
        ? undefined
        : { value: gained, size: gained }
    default: {
      const worth = objective.valuePerResponse * gained
      const cost = objective.goal === "profit" ? spend : objective.target * spend
      return { value: worth - cost, size: Math.max(worth, cost) }
    }
  }
}

/**
 * The most response of local searches from random starts: spend is moved between pairs of channels in steps that grow
 * finer, as long as that earns more. For problems with a total.
 */
export function bestOfStarts({ channels, total }: Problem, starts: number, seed: number): number {
  const amount = total?.amount ?? 0
  const random = randomOf(seed)
  let best = 0
  for (let start = 0; start < starts; start++) {
    const spends = randomStart(channels, amount, random)
    if (!spends) continue
    for (let step = amount / 2; step > amount * 1e-5; step /= 2)
      for (let moved = true, round = 0; moved && round < 30; round++) moved = exchange(channels, spends, step)
    best = Math.max(best, earned(channels, spends))
  }
  return best
}

/** Moves `step`, or what bounds and minimum buys leave of it, between every two channels where that earns more. */
function exchange(channels: readonly Channel[], spends: number[], step: number): boolean {
  let moved = false
  channels.forEach((from, i) => {
    channels.forEach((to, j) => {
      if (i === j) return
      const [given, taken] = [spends[i] ?? 0, spends[j] ?? 0]
      const before = response(from.curve, given) + response(to.curve, taken)
      for (const part of [step, given, given - from.min, to.max - taken, (to.minIfUsed ?? 0) - taken]) {
        if (!(part > 0 && part <= given) || !allows(from, given - part) || !allows(to, taken + part)) continue
        if (response(from.curve, given - part) + response(to.curve, taken + part) <= before * (1 + 1e-12)) continue
        spends[i] = given - part
        spends[j] = taken + part
        moved = true
        return
      }
    })
  })
  return moved
}

/** Random spends of the total within bounds; undefined where twenty tries meet none. */
function randomStart(channels: readonly Channel[], amount: number, random: () => number): number[] | undefined {
  for (let attempt = 0; attempt < 20; attempt++) {
    const spends = channels.map(({ min, minIfUsed = 0 }) => (min > 0 || random() < 0.5 ? Math.max(min, minIfUsed) : 0))
    let rest = amount - sum(spends)
    const order = channels.map((_, i) => i).sort(() => random() - 0.5)
    for (const share of [random(), 1])
      for (const i of order) {
        const { max = 0 } = channels[i] ?? {}
        const at = spends[i] ?? 0
        if (at === 0 && share === 1 && (channels[i]?.minIfUsed ?? 0) > rest) continue
        const given = Math.max(0, Math.min(share * rest, max - at))
        if (given > 0 && at === 0 && given < (channels[i]?.minIfUsed ?? 0)) continue
        spends[i] = at + given
        rest -= given
      }
    if (Math.abs(rest) <= 1e-12 * amount && channels.every((channel, i) => allows(channel, spends[i] ?? 0)))
      return spends
  }
  return undefined
}

/** Mulberry32: a seeded generator of numbers from 0 to 1. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
