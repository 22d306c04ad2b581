import { service } from "../../app/contract/service.ts"
import { gatewayPorts } from "../spec/gateway.ts"
import { pluginNames } from "./schema.ts"

/** How much longer than the load balancer Kong keeps a silent connection. */
const KEEP_ALIVE_MARGIN_SECONDS = 10

export interface KongProcess {
  /** Path of the declarative configuration. */
  readonly configuration: string
  /** Writable directory for sockets and the compiled configuration; a short path, since it holds Unix sockets. */
  readonly prefix: string
  /** Worker processes; Kong's own count is the machine's, not the container's. */
  readonly workers: number
  readonly logLevel: "debug" | "info" | "notice" | "warn" | "error"
  /** Address ranges of the load balancers in front, whose X-Forwarded-For counts. None: Kong is the edge. */
  readonly trusted: readonly string[]
  /** Path of the PEM file of the authority that signed Redis's certificate, where it is no public one. */
  readonly redisCa?: string
}

/** The settings of the Kong process, by the environment variables that it reads (kong.conf.default at 3.9.3). */
export function kongEnvironment(process: KongProcess): Record<string, string> {
  return {
    KONG_DATABASE: "off",
    KONG_DECLARATIVE_CONFIG: process.configuration,
    KONG_PROXY_LISTEN: `0.0.0.0:${gatewayPorts.proxy}`,
    KONG_STATUS_LISTEN: `0.0.0.0:${gatewayPorts.status}`,
    KONG_ADMIN_LISTEN: "off",
    KONG_ADMIN_GUI_LISTEN: "off",
    KONG_PREFIX: process.prefix,
    KONG_PLUGINS: [...pluginNames].sort().join(","),
    KONG_NGINX_WORKER_PROCESSES: String(process.workers),
    KONG_LOG_LEVEL: process.logLevel,
    KONG_PROXY_ACCESS_LOG: "/dev/stdout",
    KONG_PROXY_ERROR_LOG: "/dev/stderr",
    // No banner to clients, and to the app no request id beside the one of the contract.
    KONG_HEADERS: "off",
    KONG_HEADERS_UPSTREAM: "off",
    KONG_REQUEST_DEBUG: "off",
    KONG_ANONYMOUS_REPORTS: "off",
    // Kong's own order asks for SRV first, and a name is lost once a query has no answer (resolve in
    // kong/resty/dns/client.lua). Docker's name server before 24 gives none in a network without a way out: seen with
    // 20.10, and https://github.com/moby/moby/issues/35801. Nothing here has SRV records.
    KONG_DNS_ORDER: "LAST,A,CNAME",
    // Kong's own default answers a client that sends no Accept in plain text.
    KONG_ERROR_DEFAULT_TYPE: "application/json",
    // The plugin answers a body above the limit, but only after Kong has read it: this bounds what it reads.
    KONG_NGINX_HTTP_CLIENT_MAX_BODY_SIZE: `${service.bodyLimitMebibytes + 1}m`,
    // Longer than a load balancer in front keeps a silent connection, which is as long as a request may take: whoever
    // closes first must be the one that sends. nginx's own default of 75 s (kong/templates/nginx_kong.lua) would be first.
    KONG_NGINX_HTTP_KEEPALIVE_TIMEOUT: `${service.requestTimeoutSeconds + KEEP_ALIVE_MARGIN_SECONDS}s`,
    KONG_LUA_SSL_TRUSTED_CERTIFICATE: ["system", process.redisCa].filter((path) => path !== undefined).join(","),
    ...(process.trusted.length > 0
      ? {
          KONG_TRUSTED_IPS: process.trusted.join(","),
          KONG_REAL_IP_HEADER: "X-Forwarded-For",
          KONG_REAL_IP_RECURSIVE: "on",
        }
      : {}),
  }
}
