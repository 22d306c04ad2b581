import Type from "typebox"
import { Errors } from "typebox/value"
import {
  configs,
  header,
  host,
  integer,
  list,
  method,
  name,
  nonzeroTimeout,
  oneOf,
  path,
  port,
  protocols,
  record,
  routerPath,
  tags,
  text,
  uuid,
  yes,
} from "./kong-plugins.ts"

/**
 * Kong 3.9.3's own declarative format, as far as its schemas speak of what this platform may ever use: every field that
 * they have, with its type and bounds, whether it is used or not. The generator's schema is narrower and says what is
 * wanted; this one says what Kong takes, from another source, so that a misspelt field cannot be right in both.
 * Paths are those of github.com/Kong/kong at 3.9.3. All fields are optional that Kong gives a default.
 */

/** kong/db/schema/entities/plugins.lua: what it nests in it does not name. Its config is looked into by its name. */
const plugin = record(
  { name: oneOf(...Object.keys(configs)) },
  { id: uuid, instance_name: name, config: Type.Object({}), protocols, enabled: yes, tags },
)

/** kong/db/schema/entities/routes.lua; one of these four must be there by routes_subschemas.lua. */
const route = Type.Intersect([
  record(
    {},
    {
      id: uuid,
      name,
      protocols,
      methods: list(method),
      hosts: list(text),
      paths: list(routerPath),
      headers: Type.Record(header, list(text)),
      https_redirect_status_code: oneOf(426, 301, 302, 307, 308),
      strip_path: yes,
      preserve_host: yes,
      request_buffering: yes,
      response_buffering: yes,
      regex_priority: Type.Integer(),
      path_handling: oneOf("v0", "v1"),
      tags,
      plugins: list(plugin),
    },
  ),
  Type.Unsafe({ anyOf: ["methods", "hosts", "headers", "paths"].map((field) => ({ required: [field] })) }),
])

/** kong/db/schema/entities/services.lua; what belongs to TLS towards the app is left out. */
const service = record(
  { host },
  {
    id: uuid,
    name,
    protocol: oneOf("http", "https", "grpc", "grpcs", "tcp", "tls", "udp", "tls_passthrough"),
    port,
    path,
    retries: integer(0, 32767),
    connect_timeout: nonzeroTimeout,
    write_timeout: nonzeroTimeout,
    read_timeout: nonzeroTimeout,
    enabled: yes,
    tags,
    routes: list(route),
    plugins: list(plugin),
  },
)

/** kong/db/schema/entities/consumers.lua and kong/plugins/key-auth/daos.lua */
const consumer = Type.Intersect([
  record(
    {},
    {
      id: uuid,
      username: text,
      custom_id: text,
      tags,
      plugins: list(plugin),
      keyauth_credentials: list(record({}, { id: uuid, key: text, tags, ttl: Type.Integer() })),
    },
  ),
  Type.Unsafe({ anyOf: [{ required: ["username"] }, { required: ["custom_id"] }] }),
])

/** kong/db/schema/others/declarative_config.lua, for the kinds of entities that are used. */
const file = record(
  { _format_version: oneOf("1.1", "2.1", "3.0") },
  {
    _transform: yes,
    services: list(service),
    routes: list(route),
    consumers: list(consumer),
    plugins: list(plugin),
  },
)

const periods = ["second", "minute", "hour", "day", "month", "year"]

interface Named {
  readonly name: string
  readonly config?: Readonly<Record<string, unknown>>
}

/** What Kong would refuse in a configuration, by the place where it stands; the values are not shown. */
export function kongFaults(config: unknown): string[] {
  const faults = Errors(file, config).map(({ instancePath, message }) => `${instancePath}: ${message}`)
  return faults.length > 0 ? faults : pluginsWithin(config, "").flatMap(([at, one]) => pluginFaults(at, one))
}

/** The plugins wherever they stand, by their place. */
function pluginsWithin(value: unknown, at: string): [string, Named][] {
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).flatMap(([key, one]) =>
    key === "plugins" && Array.isArray(one)
      ? one.map((named: Named): [string, Named] => [`${at}/plugins/${named.name}`, named])
      : pluginsWithin(one, `${at}/${key}`),
  )
}

function pluginFaults(at: string, { name, config = {} }: Named): string[] {
  const schema = configs[name] ?? Type.Never()
  const faults = Errors(schema, config).map(({ instancePath, message }) => `${at}${instancePath}: ${message}`)
  return [...faults, ...(name === "rate-limiting" ? limitFaults(config).map((fault) => `${at}: ${fault}`) : [])]
}

/** validate_periods_order and `at_least_one_of` in kong/plugins/rate-limiting/schema.lua. */
function limitFaults(config: Readonly<Record<string, unknown>>): string[] {
  const limits = periods.map((period) => config[period]).filter((limit) => typeof limit === "number")
  if (limits.length === 0) return ["limits nothing"]
  const falls = limits.some((limit, index) => index > 0 && limit < (limits[index - 1] ?? 0))
  return falls ? ["allows less in a longer period"] : []
}
