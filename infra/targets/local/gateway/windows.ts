import type { PluginConfig } from "../../../gateway/schema.ts"

/** Seconds in each period; a window of it begins at a whole multiple on the UTC clock. */
export const periods = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const

export type Period = keyof typeof periods

/** The periods that a limit is set for, shortest first. */
export function limitsOf(config: PluginConfig<"rate-limiting">): { period: Period; limit: number }[] {
  return (Object.keys(periods) as Period[]).flatMap((period) => {
    const limit = config[period]
    return limit === undefined ? [] : [{ period, limit }]
  })
}

/** When the window that holds `now` began; both in milliseconds since the epoch. */
export function windowStart(period: Period, now: number): number {
  const length = periods[period] * 1000
  return Math.floor(now / length) * length
}

/** One limit and how many requests of its window were counted before this one. */
export interface Usage {
  readonly period: Period
  readonly limit: number
  readonly used: number
}

export interface Verdict {
  readonly exceeded: boolean
  /** What the client is told, on the refusal and on every other answer. */
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Whether one more request fits into every window, and Kong's headers on it (kong/plugins/rate-limiting/handler.lua at
 * 3.9.3). RateLimit-* speaks of the tightest window: the one with the fewest left, of equals the longest. A request that
 * one window refuses takes nothing from the others.
 */
export function judge(usages: readonly Usage[], now: number): Verdict {
  const exceeded = usages.some(({ limit, used }) => used >= limit)
  const windows = usages.map(({ period, limit, used }) => {
    const taken = !exceeded || used >= limit ? 1 : 0
    const elapsed = Math.floor((now - windowStart(period, now)) / 1000)
    return {
      period,
      limit,
      remaining: Math.max(0, limit - used - taken),
      reset: Math.max(1, periods[period] - elapsed),
    }
  })
  const tightest = windows.toSorted((a, b) => a.remaining - b.remaining || periods[b.period] - periods[a.period])[0]
  const headers: Record<string, string> = {}
  for (const { period, limit, remaining } of windows) {
    const name = period[0]?.toUpperCase() + period.slice(1)
    headers[`X-RateLimit-Limit-${name}`] = String(limit)
    headers[`X-RateLimit-Remaining-${name}`] = String(remaining)
  }
  if (tightest) {
    headers["RateLimit-Limit"] = String(tightest.limit)
    headers["RateLimit-Remaining"] = String(tightest.remaining)
    headers["RateLimit-Reset"] = String(tightest.reset)
    if (exceeded) headers["Retry-After"] = String(tightest.reset)
  }
  return { exceeded, headers }
}
