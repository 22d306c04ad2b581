import { parse } from "yaml"
import type { ObservedGateway } from "../observation.ts"
import { Value } from "./values.ts"

/** Kong's megabyte (kong/plugins/request-size-limiting/handler.lua). */
const MEGABYTE = 2 ** 20

/** What a declarative configuration (YAML or JSON text) does, read from its services, routes and plugins. */
export function observeKong(text: string): { gateway: ObservedGateway; body: number; upstreamPort: number } {
  const config = new Value(parse(text))
  const service = config.at("services", 0)
  const routes = service.at("routes").items
  const plugins = (owner: Value) => owner.at("plugins")
  const plugin = (name: string) =>
    [plugins(config), plugins(service), ...routes.map(plugins)]
      .map((list) => list.find("name", name))
      .find(({ exists }) => exists) ?? new Value(undefined)
  const isKeyed = (route: Value) => plugins(route).find("name", "key-auth").exists
  const limit = plugin("rate-limiting").at("config")
  const cors = plugin("cors").at("config")
  const size = plugin("request-size-limiting").at("config", "allowed_payload_size").number ?? Number.NaN
  return {
    gateway: {
      keyed: pathsOf(routes.filter(isKeyed)),
      open: pathsOf(routes.filter((route) => !isKeyed(route))),
      consumers: config
        .at("consumers")
        .items.flatMap((consumer) => consumer.at("username").text ?? [])
        .sort(),
      minute: limit.at("minute").number ?? Number.NaN,
      hour: limit.at("hour").number ?? Number.NaN,
      shared: limit.at("policy").text === "redis" && limit.at("limit_by").text === "consumer",
      origins: cors.at("origins").texts,
      methods: cors.at("methods").texts,
      credentials: cors.at("credentials").isTrue,
      retries: service.at("retries").number ?? Number.NaN,
      connectTimeout: (service.at("connect_timeout").number ?? Number.NaN) / 1000,
      readTimeout: (service.at("read_timeout").number ?? Number.NaN) / 1000,
      correlationId: plugin("correlation-id").at("config", "echo_downstream").isTrue,
      metricsPerConsumer: plugin("prometheus").at("config", "per_consumer").isTrue,
    },
    body: size * MEGABYTE,
    upstreamPort: service.at("port").number ?? Number.NaN,
  }
}

/** Prefixes as they are; of the regular expressions only the one for the root alone has another way to be written. */
function pathsOf(routes: readonly Value[]): readonly string[] {
  return routes
    .flatMap((route) => route.at("paths").texts)
    .map((path) => (path === "~/$" ? "/" : path))
    .sort()
}
