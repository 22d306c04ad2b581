import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import fp from "fastify-plugin"
import type { Redis } from "ioredis"
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible"
import type { Rate } from "../../contract/rates.ts"
import { computing } from "../../contract/routes.ts"
import { ProblemError } from "../../problem.ts"
import type { Metrics } from "../metrics.ts"
import type { Settings } from "../settings.ts"

/**
 * The bursts that one consumer may make: a bucket of `burst` tokens, filled anew every `burst / perSecond` seconds, so
 * that over time no more than `perSecond` pass. Counted in Redis for all replicas; while Redis is away each replica
 * counts by itself, since a limit must not be what stops the service.
 */
export const rateLimit = fp(
  async (
    server: FastifyInstance,
    { settings, redis, metrics }: { settings: Settings; redis: Redis | undefined; metrics: Metrics },
  ) => {
    const api = limiter("api", { perSecond: settings.API_RATE, burst: settings.API_BURST }, redis)
    const optimize = limiter("optimize", { perSecond: settings.OPTIMIZE_RATE, burst: settings.OPTIMIZE_BURST }, redis)

    const take = async (bucket: RateLimiterAbstract, request: FastifyRequest, reply: FastifyReply) => {
      try {
        await bucket.consume(request.actor)
      } catch (rejection) {
        if (!(rejection instanceof RateLimiterRes)) throw rejection
        metrics.rateLimited.inc({ limit: bucket.keyPrefix })
        const seconds = Math.max(1, Math.ceil(rejection.msBeforeNext / 1000))
        reply.header("RateLimit-Limit", String(bucket.points)).header("RateLimit-Remaining", "0")
        throw new ProblemError("rate-limited", `At most ${bucket.points} at once. Try again in ${seconds} s.`, {
          retryAfter: seconds,
        })
      }
    }

    server.addHook("onRequest", (request, reply, done) => {
      if (!request.isUnderApi) return done()
      const taken = take(api, request, reply)
      return computing.includes(request.route) ? taken.then(() => take(optimize, request, reply)) : taken
    })
  },
)

function limiter(name: string, rate: Rate, redis: Redis | undefined): RateLimiterAbstract {
  const options = { keyPrefix: name, points: rate.burst, duration: rate.burst / rate.perSecond }
  const memory = new RateLimiterMemory(options)
  if (!redis) return memory
  return new RateLimiterRedis({ ...options, storeClient: redis, insuranceLimiter: memory, rejectIfRedisNotReady: true })
}
