import { randomUUID } from "node:crypto"
import type { FastifyRequest } from "fastify"
import { type EffectivePlugins, effectivePlugins } from "../../../gateway/effective.ts"
import { matchRoute, normalizePath } from "../../../gateway/paths.ts"
import type { KongConfig, KongRoute, KongService } from "../../../gateway/schema.ts"
import { isPreflight } from "./cors.ts"
import { type Arrival, arrivalOf } from "./headers.ts"
import type { Times } from "./metrics.ts"

/** What is known of one request, and what the plugins decide about it. */
export interface Exchange {
  /** Normalized; undefined when it is no path at all. */
  readonly path: string | undefined
  /** Without the question mark. */
  query: string
  readonly service: KongService | undefined
  readonly route: KongRoute | undefined
  readonly plugins: EffectivePlugins
  readonly preflight: boolean
  readonly arrival: Arrival
  /** The correlation id: the client's own, or a new one. */
  readonly id: string
  /** A body whose length the client did not say, once it has been measured. */
  measured: Buffer | undefined
  /** Empty while nobody is known. */
  consumer: string
  /** Headers of the rate limits, for the answer. */
  limits: Readonly<Record<string, string>>
  /** Request headers that the upstream does not get. */
  readonly remove: string[]
  /** Request headers that the upstream gets; names in lower case. */
  readonly set: Record<string, string>
  /** When it came, when the app was last asked, and when an answer began; by `performance.now()`. */
  readonly came: number
  asked: number | undefined
  answered: number | undefined
}

/** What one request took, once its answer has ended, as Kong counts it (kong/init.lua at 3.9.3). */
export function timesOf({ came, asked, answered }: Exchange, ended: number): Times {
  const began = answered ?? ended
  return {
    gateway: (asked ?? began) - came,
    upstream: asked === undefined ? undefined : began - asked,
    whole: ended - came,
  }
}

export function openExchange(config: KongConfig, request: FastifyRequest): Exchange {
  const [rawPath = "", query = ""] = split(request.originalUrl)
  const path = normalizePath(rawPath)
  const service = config.services[0]
  const route = path === undefined ? undefined : matchRoute(service?.routes ?? [], path)
  const plugins = effectivePlugins(config, route)
  return {
    path,
    query,
    service,
    route,
    plugins,
    preflight: isPreflight(request.method, request.headers),
    arrival: arrivalOf(request.raw, rawPath),
    id: claimedId(request, plugins) || randomUUID(),
    measured: undefined,
    consumer: "",
    limits: {},
    remove: [],
    set: {},
    came: performance.now(),
    asked: undefined,
    answered: undefined,
  }
}

/** Path and query of a request's target, which may name the whole URL (RFC 9112, section 3.2.2). */
function split(target: string): string[] {
  const local = target.replace(/^https?:\/\/[^/?]*/i, "")
  const mark = local.indexOf("?")
  return mark === -1 ? [local] : [local.slice(0, mark), local.slice(mark + 1)]
}

function claimedId({ raw }: FastifyRequest, plugins: EffectivePlugins): string | undefined {
  const name = plugins["correlation-id"]?.header_name
  return name === undefined ? undefined : raw.headersDistinct[name.toLowerCase()]?.[0]
}
