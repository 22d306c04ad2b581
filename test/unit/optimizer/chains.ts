import type { PeriodsProblem } from "../../../app/optimizer/periods/problem.ts"
import { hill, same } from "./periods.ts"

/** Numbers from 0 to 1 that are the same for the same seed. */
export function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/**
 * S-shaped Hill curves of slopes from 1.5 to 4 and retentions from 0.3 to 0.7, seasons, today's spend before the first
 * period, and half of what the channels need to work in every period.
 */
export function shaped(
  channels: number,
  periods: number,
  seed: number,
  more: Partial<PeriodsProblem> = {},
): PeriodsProblem {
  const random = dice(seed)
  let need = 0
  const all = Array.from({ length: channels }, (_, c) => {
    const half = 20 + 30 * random()
    const retention = 0.3 + 0.4 * random()
    need += 1.5 * half * periods
    return {
      name: `c${c}`,
      curve: hill(30 + 40 * random(), half / (1 - retention), 1.5 + 2.5 * random(), retention),
      today: 30,
      min: same(periods, 0),
      max: same(periods, 90),
    }
  })
  return {
    channels: all,
    seasonality: Array.from({ length: periods }, (_, t) => 1 + 0.3 * Math.sin(t / 2)),
    afterHorizon: "ignored",
    total: { amount: need / 2, spend: "at-most" },
    constraints: [],
    objective: { goal: "response" },
    ...more,
  }
}

/** The same with adstocks that end after so many periods. */
export function ending(
  given: PeriodsProblem,
  periods: number,
  afterHorizon: PeriodsProblem["afterHorizon"] = "ignored",
) {
  const channels = given.channels.map(({ curve, ...rest }) => {
    const adstock = curve.exposure?.adstock
    return adstock?.type === "geometric"
      ? { ...rest, curve: { ...curve, exposure: { adstock: { ...adstock, periods } } } }
      : { ...rest, curve }
  })
  return { ...given, channels, afterHorizon }
}
