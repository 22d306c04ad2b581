import { Redis } from "ioredis"
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis } from "rate-limiter-flexible"
import type { PluginConfig } from "../../../gateway/schema.ts"
import { judge, limitsOf, type Period, periods, type Usage, type Verdict, windowStart } from "./windows.ts"

type Settings = PluginConfig<"rate-limiting">

export interface Limiter {
  /** Counts one request of `identifier` at `now`, milliseconds since the epoch. Undefined while the store is away. */
  count(identifier: string, now: number): Promise<Verdict | undefined>
  close(): void
}

interface Log {
  warn(details: object, message: string): void
}

/**
 * Counts as Kong does: `redis` counts refused requests too, `local` does not (kong/plugins/rate-limiting/policies).
 * `scope` keeps the counters of one use of the plugin apart from another's. An outage of the store is logged once.
 */
export async function openLimiter(settings: Settings, scope: string, log: Log): Promise<Limiter> {
  const limits = limitsOf(settings)
  const redis = settings.policy === "redis" && settings.redis ? await connect(settings.redis) : undefined
  const counters = limits.map(({ period, limit }) => ({ period, limit, counter: openCounter(period, scope, redis) }))
  let away = false

  const countAll = (identifier: string, now: number): Promise<Usage[]> =>
    Promise.all(
      counters.map(async ({ period, limit, counter }) => {
        const { consumedPoints } = await counter.penalty(keyOf(identifier, period, now))
        return { period, limit, used: consumedPoints - 1 }
      }),
    )

  return {
    async count(identifier, now) {
      try {
        const verdict = judge(await countAll(identifier, now), now)
        away = false
        if (verdict.exceeded && !redis) {
          await Promise.all(counters.map(({ period, counter }) => counter.reward(keyOf(identifier, period, now))))
        }
        return verdict
      } catch (error) {
        if (!away) log.warn({ event: "redis-away", reason: String(error) }, "requests cannot be counted in Redis")
        away = true
        return undefined
      }
    },
    close: () => redis?.disconnect(),
  }
}

/** Each window has a counter of its own, so that it is aligned to the clock and not to its first request. */
function keyOf(identifier: string, period: Period, now: number): string {
  return `${identifier}:${windowStart(period, now)}`
}

function openCounter(period: Period, scope: string, redis: Redis | undefined): RateLimiterAbstract {
  const keyPrefix = `ratelimit:${scope}:${period}`
  const options = { keyPrefix, points: Number.MAX_SAFE_INTEGER, duration: periods[period] }
  return redis
    ? new RateLimiterRedis({ ...options, storeClient: redis, rejectIfRedisNotReady: true })
    : new RateLimiterMemory(options)
}

/** Waits for the first connection to stand or fail; from then on it comes and goes by itself. */
async function connect(settings: NonNullable<Settings["redis"]>): Promise<Redis> {
  const redis = new Redis({
    host: settings.host,
    port: settings.port,
    ...(settings.username === undefined ? {} : { username: settings.username }),
    ...(settings.password === undefined ? {} : { password: settings.password }),
    db: settings.database,
    connectTimeout: settings.timeout,
    commandTimeout: settings.timeout,
    ...(settings.ssl
      ? { tls: { rejectUnauthorized: settings.ssl_verify, servername: settings.server_name ?? settings.host } }
      : {}),
    // A request that cannot be counted now passes or fails now; it never waits for a connection.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempts) => Math.min(attempts * 100, settings.timeout),
  })
  // The first request that cannot be counted says why; each failed connection would say it again.
  redis.on("error", () => {})
  await new Promise<void>((resolve) => {
    redis.once("ready", resolve).once("close", resolve)
  })
  return redis
}
