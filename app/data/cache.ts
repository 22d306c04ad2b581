import { isIP } from "node:net"
import { checkServerIdentity, type PeerCertificate } from "node:tls"
import { Redis } from "ioredis"
import { LRUCache } from "lru-cache"
import type { Log } from "./log.ts"

/**
 * Values that may be lost at any time. No method throws: while Redis is away every get is a miss and every set is
 * dropped, so that a caller does its work anew instead of failing.
 */
export interface Cache {
  readonly kind: "redis" | "in-process"
  get(key: string): Promise<string | undefined>
  set(key: string, value: string, ttlSeconds: number): Promise<void>
  /** Whether the cache answers. The in-process one always does. */
  ping(): Promise<boolean>
  /** The client, for counters that all replicas share. Commands reject at once while Redis is away. */
  readonly redis?: Redis
  close(): Promise<void>
}

/** The most that the in-process cache holds, in UTF-16 code units of keys and values. */
const inProcessSize = 32 * 1024 * 1024
/** A cache that answers later than this is no help. */
const commandTimeoutMillis = 500
const reconnectMillis = { least: 100, most: 2_000 }

/** Redis when there is a URL, else a cache in this process. Opens at once and never fails. */
export function openCache(options: { url?: string | undefined; ca?: string | undefined; log: Log }): Cache {
  return options.url === undefined ? inProcessCache() : redisCache(options.url, options.ca, options.log)
}

function inProcessCache(): Cache {
  const values = new LRUCache<string, string>({
    maxSize: inProcessSize,
    sizeCalculation: (value, key) => value.length + key.length + 1,
  })
  return {
    kind: "in-process",
    async get(key) {
      return values.get(key)
    },
    async set(key, value, ttlSeconds) {
      values.set(key, value, { ttl: ttlSeconds * 1000 })
    },
    async ping() {
      return true
    },
    async close() {
      values.clear()
    },
  }
}

/**
 * Why a certificate is not the server's; undefined for one that is. Like Node's own check, but an address may also stand
 * as the common name of a certificate without alternative names: such are Memorystore's, whose servers have no host name.
 * OpenSSL, by which Kong checks the same server, takes it there too (X509_check_host).
 */
export function checkCacheIdentity(host: string, certificate: PeerCertificate): Error | undefined {
  const isNamed = isIP(host) !== 0 && certificate.subjectaltname === undefined && certificate.subject.CN === host
  return isNamed ? undefined : checkServerIdentity(host, certificate)
}

function redisCache(url: string, ca: string | undefined, log: Log): Cache {
  const redis = new Redis(url, {
    ...(ca === undefined ? {} : { tls: { ca, checkServerIdentity: checkCacheIdentity } }),
    commandTimeout: commandTimeoutMillis,
    connectTimeout: 5_000,
    // A command that cannot be sent now fails now: waiting for Redis would make the request wait.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(reconnectMillis.least * 2 ** (attempt - 1), reconnectMillis.most),
  })
  let away = false
  redis.on("error", (error) => {
    if (away) return
    away = true
    log.warn({ err: error, event_type: "cache_lost" }, "Redis does not answer; results are computed anew until it does")
  })
  redis.on("ready", () => {
    if (away) log.info({ event_type: "cache_back" }, "Redis answers again")
    away = false
  })

  return {
    kind: "redis",
    redis,
    async get(key) {
      const value = await redis.get(key).catch(() => null)
      return value ?? undefined
    },
    async set(key, value, ttlSeconds) {
      await redis.set(key, value, "EX", ttlSeconds).catch(() => null)
    },
    async ping() {
      return (await redis.ping().catch(() => "")) === "PONG"
    },
    async close() {
      redis.disconnect()
    },
  }
}
