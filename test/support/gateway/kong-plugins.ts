import Type, { type TObject, type TProperties, type TSchema } from "typebox"

/** The settings of each plugin that this platform uses, as Kong 3.9.3 takes them, and the types that all entities share. */

export const record = (required: TProperties, optional: TProperties = {}): TObject =>
  Type.Object(
    { ...required, ...Object.fromEntries(Object.entries(optional).map(([name, one]) => [name, Type.Optional(one)])) },
    { additionalProperties: false },
  )
export const oneOf = (...values: readonly (string | number)[]) => Type.Union(values.map((value) => Type.Literal(value)))
export const integer = (minimum: number, maximum: number) => Type.Integer({ minimum, maximum })
export const list = (items: TSchema) => Type.Array(items)
export const text = Type.String({ minLength: 1 })
export const yes = Type.Boolean()

/** kong/db/schema/typedefs.lua; header names by validate_header_name in kong/tools/http.lua. */
export const uuid = Type.String({ pattern: "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" })
export const name = Type.String({ pattern: "^[A-Za-z0-9._~-]+$" })
export const host = Type.String({ pattern: "^[A-Za-z0-9._-]+$" })
export const port = integer(0, 65535)
const timeout = integer(0, 2 ** 31 - 2)
export const nonzeroTimeout = integer(1, 2 ** 31 - 2)
export const header = Type.String({ pattern: "^[a-zA-Z0-9_-]+$" })
const headerAndValue = Type.String({ pattern: "^[a-zA-Z0-9_-]+:.*$" })
export const path = Type.String({ pattern: "^/(?!.*//)" })
/** router_paths: a prefix, or a regular expression after a tilde. */
export const routerPath = Type.String({ pattern: "^(/(?!.*//)|~/)" })
export const method = Type.String({ pattern: "^[A-Z]+$" })
export const tags = list(text)
export const protocols = list(
  oneOf("http", "https", "grpc", "grpcs", "tcp", "tls", "udp", "tls_passthrough", "ws", "wss"),
)
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
export const configs: Readonly<Record<string, TObject>> = {
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
