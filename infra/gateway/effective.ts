import type { KongConfig, KongRoute, Plugin, PluginConfig, PluginName } from "./schema.ts"

/** The configuration of each plugin that runs, by the plugin's name. */
export type EffectivePlugins = { readonly [Named in PluginName]?: PluginConfig<Named> }

/**
 * The plugins that run on a route: of one name only the most specific, the route's before its service's before the one
 * for everything. Without a route only those for everything run, and of these only what they do to the answer
 * (get_collected_iterator in kong/runloop/plugins_iterator.lua at 3.9.3 falls back on the global ones).
 */
export function effectivePlugins(config: KongConfig, route?: KongRoute): EffectivePlugins {
  const service = config.services.find(({ routes }) => route !== undefined && routes.includes(route))
  const plugins: Plugin[] = [...config.plugins, ...(service?.plugins ?? []), ...(route?.plugins ?? [])]
  return Object.fromEntries(plugins.map(({ name, config: settings }) => [name, settings]))
}
