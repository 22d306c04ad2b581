import type { KongInputs } from "../../../infra/gateway/kong.ts"
import { kongConfig } from "../../../infra/gateway/kong.ts"
import type { KongConfig, Plugin, PluginConfig, PluginName } from "../../../infra/gateway/schema.ts"
import { type GatewaySpec, gatewayDefaults } from "../../../infra/spec/gateway.ts"

/** A gateway that runs. */
export interface RunningGateway {
  readonly url: string
  /** Of its status listener. */
  readonly statusUrl: string
  stop(): Promise<void>
}

/** Something that can run a gateway from Kong's declarative configuration: Kong itself, or what stands in for it. */
export interface Subject {
  readonly name: string
  start(config: KongConfig): Promise<RunningGateway>
}

export const keys = {
  "web-app": ["web-app-first-key-of-the-suite", "web-app-other-key-of-the-suite"],
  "mobile-app": ["mobile-app-key-of-the-suite"],
} as const

export const webKey = keys["web-app"][0]
export const otherWebKey = keys["web-app"][1]
export const mobileKey = keys["mobile-app"][0]

/** Limits that no test meets by chance. */
const roomy = { minute: 100_000, hour: 100_000 }

/** The platform's configuration before an upstream, with what a test needs otherwise. */
export function configFor(
  upstream: KongInputs["upstream"],
  spec: Partial<GatewaySpec> = {},
  redis?: KongInputs["redis"],
): KongConfig {
  return kongConfig(
    { ...gatewayDefaults, limits: roomy, ...spec },
    { upstream, keys: spec.authentication === "app" ? {} : keys, ...(redis === undefined ? {} : { redis }) },
  )
}

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
