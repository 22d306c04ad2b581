import { headers } from "../../app/contract/headers.ts"
import { securityHeaders } from "../../app/contract/security.ts"
import { service } from "../../app/contract/service.ts"
import { type GatewaySpec, minimumKeyLength } from "../spec/gateway.ts"
import { seconds } from "../spec/units.ts"
import { parseKongConfig, paths } from "./check.ts"
import { identityHeaders } from "./identity.ts"
import { routeNames } from "./metrics.ts"
import { exactly } from "./paths.ts"
import type { KongConfig, Plugin, PluginConfig } from "./schema.ts"

export interface KongInputs {
  /** Where the app listens, as the gateway sees it. */
  readonly upstream: { readonly host: string; readonly port: number }
  /** The key of each consumer; several while one takes over from another. Secrets. */
  readonly keys: Readonly<Record<string, string | readonly string[]>>
  /** Where replicas share their counters; without it each counts for itself. */
  readonly redis?: RedisInput
}

export interface RedisInput {
  readonly host: string
  readonly port: number
  readonly username?: string
  readonly password?: string
  /** TLS, with the server's certificate checked against its host name. */
  readonly ssl: boolean
}

/** How long Redis may take before a request passes uncounted; Kong's default. */
const redisTimeoutMilliseconds = 2000

/**
 * Kong's declarative configuration, from what the app demands and what the spec allows. Its text holds the keys, so the
 * whole of it is a secret. Throws an error with one sentence for everything that is wrong.
 */
export function kongConfig(spec: GatewaySpec, inputs: KongInputs): KongConfig {
  const app: KongConfig["services"][number] = {
    name: "optimizer-service",
    protocol: "http",
    ...inputs.upstream,
    retries: spec.retries,
    connect_timeout: milliseconds(spec.connectTimeout),
    read_timeout: milliseconds(spec.readTimeout),
    write_timeout: milliseconds(spec.writeTimeout),
    plugins: [cors(spec), sizeLimit],
    routes: [
      { ...route(routeNames.api, paths("key")), plugins: [...admission(spec), rateLimit(spec, inputs.redis)] },
      { ...route(routeNames.public, paths("public")), plugins: [anonymize] },
    ],
  }
  return parseKongConfig({
    _format_version: "3.0",
    services: [app],
    consumers: consumers(spec, inputs.keys),
    plugins: [correlation, prometheus, responseHeaders()],
  } satisfies KongConfig)
}

/** A route names no methods: one that did would answer a preflight with 404. Below a root that is a prefix lies all. */
function route(name: string, reached: string[]) {
  return {
    name,
    paths: reached.map((path) => (path === "/" ? exactly(path) : path)).sort(),
    strip_path: false as const,
    preserve_host: false as const,
  }
}

function consumers(spec: GatewaySpec, keys: KongInputs["keys"]): KongConfig["consumers"] {
  if (spec.authentication === "app") return []
  const unknown = Object.keys(keys).filter((name) => !spec.consumers.includes(name))
  if (unknown.length > 0) {
    throw new Error(`There is a key for ${unknown.join(", ")}, but the consumers are ${spec.consumers.join(", ")}`)
  }
  return spec.consumers.map((username) => {
    const held = [keys[username] ?? []].flat()
    if (held.length === 0) throw new Error(`Consumer ${username} has no key: give it one`)
    if (held.some((key) => key.length < minimumKeyLength)) {
      throw new Error(`A key of consumer ${username} is too short: use ${minimumKeyLength} characters or more`)
    }
    return { username, keyauth_credentials: held.map((key) => ({ key })) }
  })
}

const correlation: Plugin = {
  name: "correlation-id",
  config: { header_name: headers.requestId, generator: "uuid", echo_downstream: true },
}

/** Per consumer alone would yield no metric: what is counted is the answers' status, and what is measured their time. */
const prometheus: Plugin = {
  name: "prometheus",
  config: { per_consumer: true, status_code_metrics: true, latency_metrics: true },
}

const sizeLimit: Plugin = {
  name: "request-size-limiting",
  config: {
    allowed_payload_size: service.bodyLimitMebibytes,
    size_unit: "megabytes",
    require_content_length: false,
  },
}

/** Without key-auth a client's own X-Consumer-* would pass; where no key is asked for, none needs to reach the app. */
const anonymize: Plugin = {
  name: "request-transformer",
  config: { remove: { headers: [...identityHeaders, headers.apiKey] } },
}

function admission(spec: GatewaySpec): Plugin[] {
  if (spec.authentication === "app") return [anonymize]
  const config: PluginConfig<"key-auth"> = {
    key_names: [headers.apiKey],
    key_in_header: true,
    key_in_query: false,
    key_in_body: false,
    hide_credentials: true,
    run_on_preflight: true,
  }
  return [{ name: "key-auth", config }]
}

function rateLimit(spec: GatewaySpec, redis: RedisInput | undefined): Plugin {
  const limits = { ...spec.limits, limit_by: "consumer", fault_tolerant: true } as const
  return {
    name: "rate-limiting",
    config: redis ? { ...limits, policy: "redis", redis: redisSettings(redis) } : { ...limits, policy: "local" },
  }
}

function redisSettings({ host, port, username, password, ssl }: RedisInput) {
  return {
    host,
    port,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    database: 0,
    timeout: redisTimeoutMilliseconds,
    ssl,
    ssl_verify: ssl,
    ...(ssl ? { server_name: host } : {}),
  }
}

function cors({ cors: policy }: GatewaySpec): Plugin {
  return {
    name: "cors",
    config: {
      origins: [...policy.origins],
      methods: [...policy.methods] as PluginConfig<"cors">["methods"],
      headers: [...policy.headers],
      exposed_headers: [...policy.exposedHeaders],
      credentials: policy.credentials,
      max_age: seconds(policy.maxAge),
      preflight_continue: false,
    },
  }
}

/**
 * For everything, not for a route: only then do the headers also stand on Kong's own 404. A plugin's work on the answer
 * runs on every answer, whoever gave it: the 401, 413 and 429 of a matched route (execute_collecting_plugins_iterator in
 * kong/init.lua collects all plugins of a request even after one has answered), the 502 to 504 of a failed upstream, and
 * the 404 without a route, for which the global ones run (get_collected_iterator in kong/runloop/plugins_iterator.lua).
 */
function responseHeaders(): Plugin {
  const lines = Object.entries(securityHeaders).map(([name, value]) => `${name}:${value}`)
  return { name: "response-transformer", config: { add: { headers: lines } } }
}

const milliseconds = (duration: GatewaySpec["readTimeout"]): number => seconds(duration) * 1000
