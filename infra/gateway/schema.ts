import Type, { type Static, type TSchema } from "typebox"

/**
 * The part of Kong 3.9's declarative format that this platform uses: everything in it is enforced both by Kong and by
 * the gateway of the local target, and nothing else may be written. Field names and meanings are those of
 * kong/db/schema/entities/*.lua and kong/plugins/<name>/schema.lua in github.com/Kong/kong at 3.9.3.
 *
 * A field whose default in Kong would be wrong here is required, so that leaving it out is an error.
 */

const closed = { additionalProperties: false } as const

const Name = Type.String({ pattern: "^[A-Za-z0-9._~-]+$" })
const HeaderName = Type.String({ pattern: "^[A-Za-z0-9-]+$" })
const Milliseconds = Type.Integer({ minimum: 1, maximum: 2 ** 31 - 2 })
const Count = Type.Integer({ minimum: 1 })

/** A literal origin. Kong also takes `*` and regular expressions; with credentials both let foreign pages in. */
const Origin = Type.String({ pattern: "^https?://[A-Za-z0-9.-]+(:[0-9]+)?$" })

const Method = Type.Union(
  (["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE", "OPTIONS"] as const).map((method) => Type.Literal(method)),
)

export const RedisSchema = Type.Object(
  {
    host: Type.String({ minLength: 1 }),
    port: Type.Integer({ minimum: 1, maximum: 65535 }),
    username: Type.Optional(Type.String({ minLength: 1 })),
    password: Type.Optional(Type.String({ minLength: 1 })),
    database: Type.Integer({ minimum: 0, maximum: 15 }),
    /** Of connecting, sending and reading, each. */
    timeout: Milliseconds,
    ssl: Type.Boolean(),
    ssl_verify: Type.Boolean(),
    server_name: Type.Optional(Type.String({ minLength: 1 })),
  },
  closed,
)

const plugin = <PluginName extends string, Config extends TSchema>(name: PluginName, config: Config) =>
  Type.Object({ name: Type.Literal(name), config }, closed)

export const pluginSchemas = {
  "correlation-id": plugin(
    "correlation-id",
    Type.Object(
      { header_name: HeaderName, generator: Type.Literal("uuid"), echo_downstream: Type.Literal(true) },
      closed,
    ),
  ),
  cors: plugin(
    "cors",
    Type.Object(
      {
        origins: Type.Array(Origin, { minItems: 1 }),
        methods: Type.Array(Method, { minItems: 1 }),
        headers: Type.Array(HeaderName, { minItems: 1 }),
        exposed_headers: Type.Array(HeaderName),
        credentials: Type.Boolean(),
        max_age: Type.Integer({ minimum: 0 }),
        preflight_continue: Type.Literal(false),
      },
      closed,
    ),
  ),
  "key-auth": plugin(
    "key-auth",
    Type.Object(
      {
        key_names: Type.Array(HeaderName, { minItems: 1, maxItems: 1 }),
        key_in_header: Type.Literal(true),
        /** A key in a URL ends in logs and histories. */
        key_in_query: Type.Literal(false),
        key_in_body: Type.Literal(false),
        hide_credentials: Type.Literal(true),
        /** False lets every OPTIONS through, also one that is no preflight, with whatever X-Consumer-* it claims. */
        run_on_preflight: Type.Literal(true),
      },
      closed,
    ),
  ),
  "request-size-limiting": plugin(
    "request-size-limiting",
    Type.Object(
      {
        allowed_payload_size: Count,
        /** Kong's megabyte is a mebibyte. */
        size_unit: Type.Literal("megabytes"),
        require_content_length: Type.Literal(false),
      },
      closed,
    ),
  ),
  "rate-limiting": plugin(
    "rate-limiting",
    Type.Object(
      {
        second: Type.Optional(Count),
        minute: Type.Optional(Count),
        hour: Type.Optional(Count),
        day: Type.Optional(Count),
        /** Falls back to the client's address where no consumer is known. */
        limit_by: Type.Literal("consumer"),
        policy: Type.Union([Type.Literal("local"), Type.Literal("redis")]),
        fault_tolerant: Type.Boolean(),
        redis: Type.Optional(RedisSchema),
      },
      closed,
    ),
  ),
  "request-transformer": plugin(
    "request-transformer",
    Type.Object({ remove: Type.Object({ headers: Type.Array(HeaderName, { minItems: 1 }) }, closed) }, closed),
  ),
  "response-transformer": plugin(
    "response-transformer",
    Type.Object(
      {
        /** Each "Name:value"; an answer that has the header keeps its own. */
        add: Type.Object({ headers: Type.Array(Type.String({ pattern: "^[A-Za-z0-9-]+:.+$" })) }, closed),
      },
      closed,
    ),
  ),
  prometheus: plugin(
    "prometheus",
    Type.Object(
      {
        per_consumer: Type.Literal(true),
        status_code_metrics: Type.Literal(true),
        latency_metrics: Type.Literal(true),
      },
      closed,
    ),
  ),
} as const

export type PluginName = keyof typeof pluginSchemas
export type Plugin = { [Named in PluginName]: Static<(typeof pluginSchemas)[Named]> }[PluginName]
export type PluginConfig<Named extends PluginName> = Static<(typeof pluginSchemas)[Named]>["config"]

/** Every plugin that is used: Kong loads these and no others. */
export const pluginNames = Object.keys(pluginSchemas) as PluginName[]

/** A path is a prefix, or `~/exact$`. Kong takes any regular expression after the tilde, and anchors it at its start. */
const Path = Type.String({ pattern: "^(/[A-Za-z0-9/_-]*|~/[A-Za-z0-9/_-]*\\$)$" })

/** Looked into by name, one plugin at a time: that says more of a wrong one than a union of all would. */
const AnyPlugin = Type.Unsafe<Plugin>(Type.Object({ name: Type.String(), config: Type.Object({}) }))

/** A plugin nests in what it applies to, so that it can never name a service or route that is not there. */
const Plugins = Type.Array(AnyPlugin)

const Route = Type.Object(
  {
    name: Name,
    paths: Type.Array(Path, { minItems: 1 }),
    strip_path: Type.Literal(false),
    preserve_host: Type.Literal(false),
    plugins: Plugins,
  },
  closed,
)

const Service = Type.Object(
  {
    name: Name,
    protocol: Type.Literal("http"),
    host: Type.String({ pattern: "^[A-Za-z0-9._-]+$" }),
    port: Type.Integer({ minimum: 1, maximum: 65535 }),
    retries: Type.Integer({ minimum: 0, maximum: 32767 }),
    connect_timeout: Milliseconds,
    read_timeout: Milliseconds,
    write_timeout: Milliseconds,
    routes: Type.Array(Route, { minItems: 1 }),
    plugins: Plugins,
  },
  closed,
)

const Consumer = Type.Object(
  {
    username: Name,
    keyauth_credentials: Type.Array(Type.Object({ key: Type.String({ minLength: 1 }) }, closed), { minItems: 1 }),
  },
  closed,
)

export const DocumentSchema = Type.Object(
  {
    _format_version: Type.Literal("3.0"),
    services: Type.Array(Service, { minItems: 1, maxItems: 1 }),
    consumers: Type.Array(Consumer),
    plugins: Plugins,
  },
  closed,
)

export type KongConfig = Static<typeof DocumentSchema>
export type KongService = KongConfig["services"][number]
export type KongRoute = KongService["routes"][number]
