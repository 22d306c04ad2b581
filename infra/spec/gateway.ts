import { headers } from "../../app/contract/headers.ts"
import { service } from "../../app/contract/service.ts"
import type { Duration } from "./units.ts"

/**
 * The gateway's policy, in the guide's figures. Which paths need a key, the largest body and the names of headers are
 * demands of the app: they stand in app/contract.
 */
export interface GatewaySpec {
  /**
   * Who finds out who the client is. `key`: the gateway, by key-auth. `app`: the app, by the client's token; the gateway
   * then has no consumers, and counts each client by its address.
   */
  readonly authentication: "key" | "app"
  /** Those that are given a key. */
  readonly consumers: readonly string[]
  /** Requests that one consumer may make in each minute and hour of the UTC clock. */
  readonly limits: { readonly minute: number; readonly hour: number }
  /** Further tries after one that failed. A POST is never sent twice. */
  readonly retries: number
  readonly connectTimeout: Duration
  /** The longest between two reads from the app, so also the longest that an answer may take to begin. */
  readonly readTimeout: Duration
  readonly writeTimeout: Duration
  readonly cors: CorsSpec
}

export interface CorsSpec {
  /** Origins whose pages may call the API, each written out, such as https://app.example.com. */
  readonly origins: readonly string[]
  readonly methods: readonly string[]
  /** Request headers that a page may send. */
  readonly headers: readonly string[]
  /** Answer headers that a page may read. */
  readonly exposedHeaders: readonly string[]
  readonly credentials: boolean
  /** How long a browser may keep the answer to a preflight. */
  readonly maxAge: Duration
}

/** Where the gateway listens: for clients, and for probes and collectors beside it. */
export const gatewayPorts = { proxy: 8080, status: 8100 } as const

/** A key shorter than this is refused. */
export const minimumKeyLength = 16

export const gatewayDefaults: GatewaySpec = {
  authentication: "key",
  consumers: ["web-app", "mobile-app"],
  limits: { minute: 60, hour: 1000 },
  retries: 3,
  connectTimeout: "60 seconds",
  readTimeout: `${service.requestTimeoutSeconds} seconds`,
  writeTimeout: `${service.requestTimeoutSeconds} seconds`,
  cors: {
    origins: ["https://app.example.com"],
    methods: ["GET", "POST", "PUT", "DELETE"],
    headers: [
      "Accept",
      "Content-Type",
      "Authorization",
      headers.apiKey,
      headers.idempotencyKey,
      headers.requestId,
      "Prefer",
    ],
    exposedHeaders: [
      headers.requestId,
      "Location",
      "Retry-After",
      "RateLimit-Limit",
      "RateLimit-Remaining",
      "RateLimit-Reset",
    ],
    credentials: true,
    maxAge: "1 hour",
  },
}
