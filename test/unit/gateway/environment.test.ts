import assert from "node:assert/strict"
import { test } from "node:test"
import { kongEnvironment } from "../../../infra/gateway/environment.ts"

const process = {
  configuration: "/kong/kong.yaml",
  prefix: "/run/kong",
  workers: 1,
  logLevel: "notice",
  trusted: [],
} as const

test("a Kong without database, admin or banner, that trusts nobody in front of it", () => {
  assert.deepEqual(kongEnvironment(process), {
    KONG_DATABASE: "off",
    KONG_DECLARATIVE_CONFIG: "/kong/kong.yaml",
    KONG_PROXY_LISTEN: "0.0.0.0:8080",
    KONG_STATUS_LISTEN: "0.0.0.0:8100",
    KONG_ADMIN_LISTEN: "off",
    KONG_ADMIN_GUI_LISTEN: "off",
    KONG_PREFIX: "/run/kong",
    KONG_PLUGINS:
      "correlation-id,cors,key-auth,prometheus,rate-limiting,request-size-limiting,request-transformer," +
      "response-transformer",
    KONG_NGINX_WORKER_PROCESSES: "1",
    KONG_LOG_LEVEL: "notice",
    KONG_PROXY_ACCESS_LOG: "/dev/stdout",
    KONG_PROXY_ERROR_LOG: "/dev/stderr",
    KONG_HEADERS: "off",
    KONG_HEADERS_UPSTREAM: "off",
    KONG_REQUEST_DEBUG: "off",
    KONG_ANONYMOUS_REPORTS: "off",
    KONG_DNS_ORDER: "LAST,A,CNAME",
    KONG_ERROR_DEFAULT_TYPE: "application/json",
    KONG_NGINX_HTTP_CLIENT_MAX_BODY_SIZE: "11m",
    KONG_NGINX_HTTP_KEEPALIVE_TIMEOUT: "310s",
    KONG_LUA_SSL_TRUSTED_CERTIFICATE: "system",
  })
})

test("behind a load balancer the client's address comes from it, and Redis may have an authority of its own", () => {
  const environment = kongEnvironment({
    ...process,
    trusted: ["10.0.0.0/16", "35.191.0.0/16"],
    redisCa: "/kong/ca.pem",
  })
  assert.equal(environment.KONG_TRUSTED_IPS, "10.0.0.0/16,35.191.0.0/16")
  assert.equal(environment.KONG_REAL_IP_HEADER, "X-Forwarded-For")
  assert.equal(environment.KONG_REAL_IP_RECURSIVE, "on")
  assert.equal(environment.KONG_LUA_SSL_TRUSTED_CERTIFICATE, "system,/kong/ca.pem")
})
