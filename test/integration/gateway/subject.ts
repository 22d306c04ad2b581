import { type KongInputs, kongConfig, type RedisInput } from "../../../infra/gateway/kong.ts"
import type { KongConfig, Plugin, PluginConfig, PluginName } from "../../../infra/gateway/schema.ts"
import { type GatewaySpec, gatewayDefaults } from "../../../infra/spec/gateway.ts"
import { keysOf } from "./variables.ts"

/** A gateway that runs. */
export interface RunningGateway {
  readonly url: string
  /** Of its status listener; undefined where it cannot be reached. */
  readonly statusUrl: string | undefined
  /** Stops it as a platform does that replaces it: requests under way are finished. */
  stop(): Promise<void>
}

/** Something that can run a gateway from Kong's declarative configuration: Kong itself, or what stands in for it. */
export interface Subject {
  readonly name: string
  /** Where the app in its back must listen; 0 for any free port. */
  readonly upstreamPort: number
  /** Why it runs with the suite's own configuration alone; undefined when it can be started with any. */
  readonly fixed: string | undefined
  start(config: KongConfig): Promise<RunningGateway>
}

export const keys = {
  "web-app": keysOf("web-app", process.env),
  "mobile-app": keysOf("mobile-app", process.env),
}

export const [webKey = "", otherWebKey = ""] = keys["web-app"]
export const [mobileKey = ""] = keys["mobile-app"]

/** Limits that no test meets by chance. */
const roomy = { minute: 100_000, hour: 100_000 }

/** The platform's configuration before an upstream, with what a test needs otherwise. */
export function configFor(
  upstream: KongInputs["upstream"],
  spec: Partial<GatewaySpec> = {},
  redis?: RedisInput,
): KongConfig {
  return kongConfig(
    { ...gatewayDefaults, limits: roomy, ...spec },
    { upstream, keys: spec.authentication === "app" ? {} : keys, ...(redis === undefined ? {} : { redis }) },
  )
}

/**
 * The one setting in which all can be asked that does not need a second: so few tries and so little patience that a
 * failing app is seen in seconds, and a minute's limit that can be met within the minute.
 */
export const suiteSpec = {
  limits: { minute: 300, hour: 100_000 },
  retries: 2,
  readTimeout: "0.5 seconds",
  writeTimeout: "0.5 seconds",
} as const satisfies Partial<GatewaySpec>

/** The configuration with some settings of one plugin changed, wherever it stands. */
export function withPlugin<Named extends PluginName>(
  config: KongConfig,
  name: Named,
  settings: { readonly [Field in keyof PluginConfig<Named>]?: PluginConfig<Named>[Field] | undefined },
): KongConfig {
  const change = (plugins: Plugin[]): Plugin[] =>
    plugins.map((plugin) =>
      plugin.name === name ? ({ ...plugin, config: { ...plugin.config, ...settings } } as Plugin) : plugin,
    )
  return {
    ...config,
    plugins: change(config.plugins),
    services: config.services.map((service) => ({
      ...service,
      plugins: change(service.plugins),
      routes: service.routes.map((route) => ({ ...route, plugins: change(route.plugins) })),
    })),
  }
}
