import Type, { type TObject, type TProperties, type TSchema } from "typebox"
import { Errors } from "typebox/value"

/**
 * Kong 3.9.3's own declarative format, as far as its schemas speak of what this platform may ever use: every field that
 * they have, with its type and bounds, whether it is used or not. The generator's schema is narrower and says what is
 * wanted; this one says what Kong takes, from another source, so that a misspelt field cannot be right in both.
 * Paths are those of github.com/Kong/kong at 3.9.3. All fields are optional that Kong gives a default.
 */

const record = (required: TProperties, optional: TProperties = {}): TObject =>
  Type.Object(
    { ...required, ...Object.fromEntries(Object.entries(optional).map(([name, one]) => [name, Type.Optional(one)])) },
    { additionalProperties: false },
  )
const oneOf = (...values: readonly (string | number)[]) => Type.Union(values.map((value) => Type.Literal(value)))
const integer = (minimum: number, maximum: number) => Type.Integer({ minimum, maximum })
const list = (items: TSchema) => Type.Array(items)
const text = Type.String({ minLength: 1 })
const yes = Type.Boolean()

/** kong/db/schema/typedefs.lua; header names by validate_header_name in kong/tools/http.lua. */
const uuid = Type.String({ pattern: "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" })
const name = Type.String({ pattern: "^[A-Za-z0-9._~-]+$" })
const host = Type.String({ pattern: "^[A-Za-z0-9._-]+$" })
const port = integer(0, 65535)
const timeout = integer(0, 2 ** 31 - 2)
const nonzeroTimeout = integer(1, 2 ** 31 - 2)
const header = Type.String({ pattern: "^[a-zA-Z0-9_-]+$" })
const headerAndValue = Type.String({ pattern: "^[a-zA-Z0-9_-]+:.*$" })
const path = Type.String({ pattern: "^/(?!.*//)" })
/** router_paths: a prefix, or a regular expression after a tilde. */
const routerPath = Type.String({ pattern: "^(/(?!.*//)|~/)" })
const method = Type.String({ pattern: "^[A-Z]+$" })
const tags = list(text)
const protocols = list(oneOf("http", "https", "grpc", "grpcs", "tcp", "tls", "udp", "tls_passthrough", "ws", "wss"))
const positive = Type.Number({ exclusiveMinimum: 0 })

/** kong/tools/redis/schema.lua */
const redis = record(
  {},
  {
    host,
    port,
    timeout,
    username: text,
    password: Type.String(),
    database: Type.Integer(),
    ssl: yes,
    ssl_verify: yes,
    server_name: host,
  },
)

const pairs = (headers: TSchema, more: TProperties) => record({}, { headers: list(headers), ...more })
const transform = (headers: TSchema) => pairs(headers, { body: list(text), querystring: list(text) })
const rewrite = (headers: TSchema) => pairs(headers, { json: list(text), json_types: list(text) })

/** kong/plugins/NAME/schema.lua */
const configs: Readonly<Record<string, TObject>> = {
  "correlation-id": record(
    {},
    { header_name: Type.String(), generator: oneOf("uuid", "uuid#counter", "tracker"), echo_downstream: yes },
  ),
  cors: record(
    {},
    {
      origins: list(text),
      headers: list(text),
      exposed_headers: list(text),
      methods: list(oneOf("GET", "HEAD", "PUT", "PATCH", "POST", "DELETE", "OPTIONS", "TRACE", "CONNECT")),
      max_age: Type.Number(),
      credentials: yes,
      private_network: yes,
      preflight_continue: yes,
    },
  ),
  "key-auth": record(
    {},
    {
      key_names: list(header),
      hide_credentials: yes,
      anonymous: text,
      key_in_header: yes,
      key_in_query: yes,
      key_in_body: yes,
      run_on_preflight: yes,
      realm: text,
    },
  ),
  prometheus: record(
    {},
    {
      per_consumer: yes,
      status_code_metrics: yes,
      ai_metrics: yes,
      latency_metrics: yes,
      bandwidth_metrics: yes,
      upstream_health_metrics: yes,
      wasm_metrics: yes,
    },
  ),
  "rate-limiting": record(
    {},
    {
      second: positive,
      minute: positive,
      hour: positive,
      day: positive,
      month: positive,
      year: positive,
      limit_by: oneOf("consumer", "credential", "ip", "service", "header", "path"),
      header_name: header,
      path,
      // Without a database there is no policy `cluster`.
      policy: oneOf("local", "redis"),
      fault_tolerant: yes,
      redis,
      hide_client_headers: yes,
      error_code: positive,
      error_message: text,
      sync_rate: Type.Number(),
    },
  ),
  "request-size-limiting": record(
    {},
    {
      allowed_payload_size: Type.Integer(),
      size_unit: oneOf("megabytes", "kilobytes", "bytes"),
      require_content_length: yes,
    },
  ),
  "request-transformer": record(
    {},
    {
      http_method: method,
      remove: transform(header),
      rename: transform(headerAndValue),
      replace: pairs(headerAndValue, { body: list(text), querystring: list(text), uri: text }),
      add: transform(headerAndValue),
      append: transform(headerAndValue),
    },
  ),
  "response-transformer": record(
    {},
    {
      remove: pairs(text, { json: list(text) }),
      rename: pairs(headerAndValue, { json: list(text) }),
      replace: rewrite(headerAndValue),
      add: rewrite(headerAndValue),
      append: rewrite(headerAndValue),
    },
  ),
}

/** Plugins that may not be of one consumer: `consumer = typedefs.no_consumer` in their schemas. */
const neverOfAConsumer = ["cors", "key-auth"]

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
  const misplaced = at.startsWith("/consumers/") && neverOfAConsumer.includes(name)
  return [
    ...faults,
    ...(misplaced ? [`${at}: cannot be a consumer's`] : []),
    ...(name === "rate-limiting" ? limitFaults(config).map((fault) => `${at}: ${fault}`) : []),
  ]
}

/** validate_periods_order and `at_least_one_of` in kong/plugins/rate-limiting/schema.lua. */
function limitFaults(config: Readonly<Record<string, unknown>>): string[] {
  const limits = periods.map((period) => config[period]).filter((limit) => typeof limit === "number")
  if (limits.length === 0) return ["limits nothing"]
  const falls = limits.some((limit, index) => index > 0 && limit < (limits[index - 1] ?? 0))
  return falls ? ["allows less in a longer period"] : []
}
