import type { TSchema } from "typebox"
import { Errors } from "typebox/value"
import { type Access, access } from "../../app/contract/routes.ts"
import { effectivePlugins } from "./effective.ts"
import { identityHeaders } from "./identity.ts"
import { matchRoute } from "./paths.ts"
import { DocumentSchema, type KongConfig, type KongRoute, type Plugin, pluginNames, pluginSchemas } from "./schema.ts"

/**
 * Everything wrong with a gateway configuration, a sentence each; empty when it may be used. Kong itself says little of
 * a wrong reference, and nothing of a route that lets a client claim to be a consumer.
 */
export function checkKongConfig(value: unknown): string[] {
  const faults = faultsOf(DocumentSchema, value, "the gateway's configuration")
  if (faults.length > 0) return faults
  const config = value as KongConfig
  const inPlugins = placesOf(config).flatMap(({ place, plugins }) => checkPlugins(plugins, place))
  if (inPlugins.length > 0) return inPlugins
  return [...checkReferences(config), ...checkAccess(config)]
}

/** The configuration, or an error that says everything that is wrong with it. */
export function parseKongConfig(value: unknown): KongConfig {
  const faults = checkKongConfig(value)
  if (faults.length > 0) throw new Error(faults.join("\n"))
  return value as KongConfig
}

function placesOf(config: KongConfig): { place: string; plugins: readonly Plugin[] }[] {
  return [
    { place: "for everything", plugins: config.plugins },
    ...config.services.flatMap((service) => [
      { place: `of service ${service.name}`, plugins: service.plugins },
      ...service.routes.map((route) => ({ place: `of route ${route.name}`, plugins: route.plugins })),
    ]),
  ]
}

function checkPlugins(plugins: readonly Plugin[], place: string): string[] {
  return [
    ...repeated(plugins.map(({ name }) => name)).map((name) => `plugin ${name} ${place} stands there twice: keep one.`),
    ...plugins.flatMap((plugin) => {
      const subject = `plugin ${plugin.name} ${place}`
      if (!pluginNames.includes(plugin.name)) {
        return [`${subject} cannot be enforced: use one of ${pluginNames.join(", ")}.`]
      }
      return [...faultsOf(pluginSchemas[plugin.name], plugin, subject), ...checkLimits(plugin, subject)]
    }),
  ]
}

function checkLimits(plugin: Plugin, subject: string): string[] {
  if (plugin.name !== "rate-limiting") return []
  const { second, minute, hour, day, policy, redis } = plugin.config
  const limits = [second, minute, hour, day].filter((limit) => limit !== undefined)
  return [
    ...(limits.length === 0 ? [`${subject} limits nothing: set second, minute, hour or day.`] : []),
    ...(limits.some((limit, index) => index > 0 && limit < (limits[index - 1] ?? 0))
      ? [`${subject} allows less in a longer period than in a shorter one (${limits.join(", ")}): raise the longer.`]
      : []),
    ...(policy === "redis" && !redis ? [`${subject} shares its counters but names no redis: add it.`] : []),
  ]
}

function checkReferences(config: KongConfig): string[] {
  const [services, routes] = [config.services, config.services.flatMap((service) => service.routes)]
  const keys = config.consumers.flatMap((consumer) => consumer.keyauth_credentials.map(({ key }) => key))
  const needsKey = placesOf(config).some(({ plugins }) => plugins.some(({ name }) => name === "key-auth"))
  const doubles: [string, readonly string[]][] = [
    ["service", services.map(({ name }) => name)],
    ["route", routes.map(({ name }) => name)],
    ["path", routes.flatMap(({ paths }) => paths)],
    ["consumer", config.consumers.map(({ username }) => username)],
  ]
  return [
    ...doubles.flatMap(([kind, names]) =>
      repeated(names).map((name) => `${kind} ${name} stands in the gateway's configuration twice: keep one.`),
    ),
    ...(new Set(keys).size < keys.length ? ["two credentials have the same key: give each consumer its own."] : []),
    ...(needsKey && keys.length === 0 ? ["key-auth asks for a key, but no consumer has one: add a consumer."] : []),
  ]
}

/** What the app demands: internal paths unreachable, and no way for a client to name itself. */
function checkAccess(config: KongConfig): string[] {
  const routes = config.services.flatMap((service) => service.routes)
  const internal = paths("internal").flatMap((path) => {
    const route = matchRoute(routes, path)
    return route ? [`route ${route.name} reaches ${path}, which is internal: route a narrower path.`] : []
  })
  const spoofable = routes.filter((route) => !stripsIdentity(config, route))
  return [
    ...internal,
    ...spoofable.map(
      ({ name }) =>
        `route ${name} passes on who a client claims to be: give it key-auth, or a request-transformer that removes ` +
        `${identityHeaders.join(", ")}.`,
    ),
  ]
}

/** The paths of the contract that are so reached. */
export function paths(reached: Access): string[] {
  return Object.keys(access).filter((path) => access[path] === reached)
}

/** Key-auth sets or clears these headers itself; without it only a request-transformer can. */
function stripsIdentity(config: KongConfig, route: KongRoute): boolean {
  const plugins = effectivePlugins(config, route)
  const removed = plugins["request-transformer"]?.remove.headers ?? []
  return plugins["key-auth"] !== undefined || identityHeaders.every((header) => removed.includes(header))
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
}

/** Where a value does not fit its schema. The value itself is never shown: keys and passwords are among them. */
function faultsOf(schema: TSchema, value: unknown, subject: string): string[] {
  return Errors(schema, value).flatMap((error) => {
    const field = error.instancePath.slice(1).replaceAll("/", ".")
    const at = `${subject}${field === "" ? "" : `, ${field}`}`
    switch (error.keyword) {
      // Said by additionalProperties, with the field's name.
      case "boolean":
        return []
      case "additionalProperties":
        return [`${at} cannot be enforced with ${error.params.additionalProperties.join(", ")}: remove it.`]
      case "required":
        return [`${at} lacks ${error.params.requiredProperties.join(", ")}: Kong's default is not relied on, write it.`]
      case "const":
        return [`${at} can only be enforced as ${JSON.stringify(error.params.allowedValue)}.`]
      default:
        return [`${at} ${error.message}.`]
    }
  })
}
