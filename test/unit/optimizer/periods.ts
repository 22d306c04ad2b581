import assert from "node:assert/strict"
import type { PeriodsOptimum, PeriodsProblem, PeriodsSolution } from "../../../app/optimizer/periods/problem.ts"
import type { Curve } from "../../../app/optimizer/schema.ts"

export const same = (count: number, value: number): number[] => Array.from({ length: count }, () => value)

type Hill = Extract<Curve, { type: "hill" }>

/** A Hill curve of exposure, with a geometric adstock: its parameters are of exposure, as `earned` takes them. */
export const hill = (scale: number, half: number, slope: number, retention: number, periods?: number): Hill => ({
  type: "hill",
  scale,
  halfSaturation: half,
  slope,
  exposure: { adstock: { type: "geometric", retention, ...(periods === undefined ? {} : { periods }) } },
})

/** The response to some spends by the formulas alone, for the curves of `hill`: nothing of the optimizer. */
export function earned({ channels, seasonality, afterHorizon }: PeriodsProblem, spends: number[][]): number {
  const count = seasonality.length
  let sum = 0
  channels.forEach(({ curve, past, today }, c) => {
    const { scale, halfSaturation, slope, exposure } = curve as Hill
    const adstock = exposure?.adstock
    assert.ok(adstock?.type === "geometric")
    const { retention, periods: memory = 2_000 } = adstock
    const before = past ?? same(2_000, today)
    const series = [...before, ...(spends[c] ?? [])]
    const after = afterHorizon === "counted" ? memory - 1 : 0
    for (let t = 0; t < count + after; t++) {
      let works = 0
      for (let lag = 0; lag < Math.min(memory, before.length + t + 1); lag++)
        works += retention ** lag * (series[before.length + t - lag] ?? 0)
      const power = works ** slope
      sum += ((seasonality[t] ?? 1) * scale * power) / (power + halfSaturation ** slope)
    }
  })
  return sum
}

export function expectPeriods(solution: PeriodsSolution, message = ""): PeriodsOptimum {
  assert.equal(solution.status, "optimal", `${message} ${JSON.stringify(solution)}`)
  return solution as PeriodsOptimum
}

/** Everything that a plan must hold, by the problem alone. */
export function checkPeriods(
  problem: PeriodsProblem,
  { spends, response, objective, bound, constraints }: PeriodsOptimum,
) {
  const { channels, total, seasonality } = problem
  // Of least spend, relaxing saves, and the bound is from below
  const sign = problem.objective.goal === "least-spend" ? -1 : 1
  const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)
  channels.forEach(({ name, min, max }, c) => {
    assert.equal(spends[c]?.length, seasonality.length)
    spends[c]?.forEach((spend, t) => {
      assert.ok(spend >= (min[t] ?? 0) && spend <= (max[t] ?? 0), `${name} in ${t}: ${spend}`)
    })
  })
  const spend = sumOf(spends.flat())
  if (total) assert.ok(spend <= total.amount * (1 + 1e-9), `spends ${spend}`)
  if (total?.spend === "exactly") assert.ok(spend >= total.amount * (1 - 1e-9), `spends ${spend}`)
  problem.constraints.forEach(({ name, coefficients, periods = [...seasonality.keys()], min, max }, r) => {
    const terms = channels.flatMap((channel, c) =>
      periods.map((t) => (coefficients[channel.name] ?? 0) * (spends[c]?.[t] ?? 0)),
    )
    const value = sumOf(terms)
    const size = Math.max(...terms.map(Math.abs), Math.abs(min ?? 0), Math.abs(max ?? 0))
    assert.ok(value <= (max ?? Infinity) + 1e-9 * size, `${name}: ${value} is over ${max}`)
    assert.ok(value >= (min ?? -Infinity) - 1e-9 * size, `${name}: ${value} is under ${min}`)
    assert.ok(Math.abs((constraints[r]?.value ?? Number.NaN) - value) <= 1e-9 * size)
    assert.ok(sign * (constraints[r]?.shadowPrice ?? -1) >= 0)
  })
  const truth = earned(problem, spends)
  assert.ok(Math.abs(response - truth) <= 1e-9 * truth, `response ${response}, by the formulas ${truth}`)
  const { objective: sought } = problem
  if (sought.goal === "least-spend") assert.ok(truth >= sought.response * (1 - 1e-9), `earns ${truth} only`)
  if (sought.goal === "roi")
    assert.ok(sought.valuePerResponse * truth >= sought.target * spend * (1 - 1e-9), "the return is under the target")
  const profit = sought.goal === "profit" ? sought.valuePerResponse * truth - spend : truth
  const value = sought.goal === "least-spend" ? spend : profit
  assert.ok(Math.abs(objective - value) <= 1e-9 * Math.max(truth, spend))
  assert.ok(sign * (bound - objective) >= 0)
}

/** The best of all spends on a grid that stay within the total, by what they are worth: their response if left out. */
export function best(
  problem: PeriodsProblem,
  step: number,
  worth: (response: number, spend: number) => number = (response) => response,
): { value: number; spends: number[][] } {
  const count = problem.seasonality.length
  const amount = problem.total?.amount ?? 0
  const flat = same(problem.channels.length * count, 0)
  let most = { value: -Infinity, spends: [] as number[][] }
  const visit = (at: number, left: number): void => {
    if (at === flat.length) {
      const spends = problem.channels.map((_, c) => flat.slice(c * count, (c + 1) * count))
      const value = worth(earned(problem, spends), amount - left)
      if (value > most.value) most = { value, spends }
      return
    }
    for (let spend = 0; spend <= left; spend += step) {
      flat[at] = spend
      visit(at + 1, left - spend)
    }
  }
  visit(0, amount)
  return most
}

/** Problems of every kind, small enough to be solved in a fraction of a second. */
export function randomPeriods(seed: number): PeriodsProblem {
  let state = seed
  const random = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const isShaped = random() < 0.3
  const count = 1 + Math.floor(random() * (isShaped ? 3 : 6))
  const channels = Array.from({ length: 1 + Math.floor(random() * (isShaped ? 2 : 4)) }, (_, c) => {
    const today = 10 ** (1 + 3 * random())
    const slope = isShaped ? 1 + 2 * random() : 0.6 + 0.4 * random()
    return {
      name: `c${c}`,
      curve: hill(today * (1 + random()), today * (0.3 + 2 * random()), slope, 0.8 * random(), 4),
      today,
      min: Array.from({ length: count }, () => (random() < 0.2 ? 0.3 * today : 0)),
      max: Array.from({ length: count }, () => (random() < 0.2 ? Infinity : today * (1 + 2 * random()))),
      ...(random() < 0.5 ? { past: [today * random(), today * random()] } : {}),
    }
  })
  const sum = channels.reduce((total, { today }) => total + today, 0)
  const isProfit = random() < 0.4
  const isCapped = random() < 0.5
  const period = Math.floor(random() * count)
  return {
    channels,
    seasonality: Array.from({ length: count }, () => (random() < 0.1 ? 0 : 0.5 + random())),
    afterHorizon: random() < 0.5 ? "counted" : "ignored",
    ...(isProfit ? {} : { total: { amount: sum * count * 0.8, spend: isCapped ? "at-most" : "exactly" } }),
    constraints: [
      ...(isCapped
        ? [{ name: "period", coefficients: namedAll(channels), periods: [period], max: sum * (0.7 + 0.3 * random()) }]
        : []),
      ...(random() < 0.5
        ? [{ name: "c0 all", coefficients: { c0: 1 }, min: (channels[0]?.today ?? 0) * 0.4 * count }]
        : []),
    ],
    objective: isProfit ? { goal: "profit", valuePerResponse: 2 + 3 * random() } : { goal: "response" },
  }
}

const namedAll = (channels: readonly { name: string }[]) => Object.fromEntries(channels.map(({ name }) => [name, 1]))
