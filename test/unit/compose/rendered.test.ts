import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { parse } from "yaml"
import { bursts } from "../../../app/contract/rates.ts"
import { computing, repeatable } from "../../../app/contract/routes.ts"
import { committedStack, readComposeFiles } from "../../../infra/cli/compose-command.ts"
import { defaultSpec } from "../../../infra/spec/defaults.ts"
import { gatewayPorts } from "../../../infra/spec/gateway.ts"
import { addressesIn, mostReplicas } from "../../../infra/targets/compose/addresses.ts"
import { check } from "../../../infra/targets/compose/check.ts"
import { postgresImage } from "../../../infra/targets/compose/images.ts"
import { keys } from "../../../infra/targets/compose/keys.ts"
import { nginxConf, rateText } from "../../../infra/targets/compose/nginx.ts"
import { quoted } from "../../../infra/targets/compose/nginx-text.ts"
import { composeFiles } from "../../../infra/targets/compose/render.ts"

interface Service {
  readonly image: string
  readonly ports?: readonly string[]
  readonly networks?: Readonly<Record<string, { readonly ipv4_address?: string }>>
  readonly extra_hosts?: Readonly<Record<string, string>>
  readonly user: string
  readonly read_only: boolean
  readonly cap_drop: readonly string[]
  readonly restart: string
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly environment?: Readonly<Record<string, string>>
  readonly healthcheck?: Readonly<Record<string, unknown>>
  readonly deploy?: { readonly resources: Readonly<Record<string, { readonly cpus: string; readonly memory: string }>> }
  readonly volumes?: readonly (string | { readonly source: string; readonly target: string })[]
}

const files = await readComposeFiles(committedStack)
const { services, networks }: { services: Record<string, Service>; networks: Record<string, { internal?: boolean }> } =
  parse(files["compose.yaml"] ?? "")
const serviceOf = (name: string): Service => {
  const found = services[name]
  assert.ok(found, name)
  return found
}

describe("the files of one server", () => {
  it("publish nginx to the world, and nothing else", () => {
    const published = Object.entries(services).flatMap(([name, { ports = [] }]) =>
      ports.filter((port) => !port.startsWith("127.0.0.1:")).map((port) => `${name} ${port.replace("$", "")}`),
    )
    assert.deepEqual(published, ["nginx {HTTP_PORT:-80}:80", "nginx {HTTPS_PORT:-443}:443"])
    const outward = Object.keys(networks).filter((name) => networks[name]?.internal !== true)
    assert.deepEqual(outward.sort(), ["monitoring", "public"])
  })

  it("let nobody reach an api but its own gateway and the collector of metrics", () => {
    const inReplica = Object.entries(services).flatMap(([name, one]) =>
      "replica-1" in (one.networks ?? {}) ? [name] : [],
    )
    assert.deepEqual(inReplica, ["gateway-1", "api-1", "prometheus"])
  })

  it("tell each container where the others are whose names Docker does not know while they are away", () => {
    const placeOf = (name: string, network: string) => serviceOf(name).networks?.[network]?.ipv4_address
    const stores = { postgres: placeOf("postgres", "database"), redis: placeOf("redis", "cache") }
    assert.deepEqual(stores, { postgres: "172.30.14.100", redis: "172.30.15.100" })
    for (const name of ["gate", "api-1", "api-2", "worker"]) assert.deepEqual(serviceOf(name).extra_hosts, stores, name)
    for (const number of [1, 2]) {
      const own: Readonly<Record<string, string | undefined>> = {
        api: placeOf(`api-${number}`, `replica-${number}`),
        redis: stores.redis,
      }
      assert.deepEqual(serviceOf(`gateway-${number}`).extra_hosts, own)
    }
  })

  it("confine every container, and make only init root", () => {
    for (const [name, one] of Object.entries(services)) {
      assert.equal(one.user, name === "init" ? "0:0" : "1000:1000", name)
      assert.equal(one.read_only, true, name)
      assert.deepEqual(one.cap_drop, ["ALL"], name)
      assert.equal(one.restart, ["init", "gate"].includes(name) ? "no" : "unless-stopped", name)
    }
  })

  it("give the app the guide's sizes, after healthy stores and a gate that has passed", () => {
    const { deploy, depends_on } = serviceOf("api-1")
    assert.deepEqual(deploy?.resources, {
      limits: { cpus: "2", memory: "4096m" },
      reservations: { cpus: "1", memory: "2048m" },
    })
    assert.deepEqual(depends_on, {
      init: { condition: "service_completed_successfully" },
      postgres: { condition: "service_healthy" },
      redis: { condition: "service_healthy" },
      gate: { condition: "service_completed_successfully" },
    })
  })

  it("bound the memory of whatever runs on", () => {
    const limitOf = ({ deploy }: Service) => deploy?.resources.limits?.memory
    const without = Object.keys(services).filter((name) => limitOf(serviceOf(name)) === undefined)
    assert.deepEqual(without, ["init"])
    // 576 and 16 for each of 90 connections; twice the 256 that it may hold, and 64.
    assert.deepEqual(
      ["postgres", "redis"].map((name) => limitOf(serviceOf(name))),
      ["2016m", "576m"],
    )
  })

  it("ask the stores as the guide does, and give them time to read what they hold", () => {
    for (const name of ["postgres", "redis"]) {
      const { test: _, ...figures } = serviceOf(name).healthcheck ?? {}
      assert.deepEqual(figures, { interval: "10s", timeout: "5s", retries: 5, start_period: "120s" }, name)
    }
  })

  it("hold no secret: what a service is told is a file, and the files are templates", () => {
    const told = Object.values(services).flatMap(({ environment = {} }) => Object.entries(environment))
    const secret = told.filter(([name]) => /URL|PASSWORD|_KEY/.test(name))
    assert.ok(secret.length > 3)
    for (const [name, value] of secret) assert.match(value, /^\/run\/secrets\//, name)
    const templates = Object.entries(files).filter(([path]) => path.startsWith("templates/"))
    for (const [path, text] of templates) assert.match(text, /__SECRET_[A-Z_]+__/, path)
    assert.equal(
      files["templates/app/database-url"],
      "postgres://atlas:__SECRET_DATABASE_PASSWORD__@postgres:5432/atlas",
    )
  })

  it("let Grafana ask nobody, and fetch nothing that nobody chose", () => {
    const { environment = {} } = serviceOf("grafana")
    const { GF_SECURITY_ADMIN_PASSWORD__FILE: _, ...settings } = environment
    assert.deepEqual(settings, {
      GF_ANALYTICS_REPORTING_ENABLED: "false",
      GF_ANALYTICS_CHECK_FOR_UPDATES: "false",
      GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: "false",
      GF_NEWS_NEWS_FEED_ENABLED: "false",
      GF_PLUGINS_PREINSTALL_DISABLED: "true",
    })
  })

  it("let a variable replace each image", () => {
    for (const [name, { image }] of Object.entries(services))
      assert.match(image, /^\$\{[A-Z]+_IMAGE:-.+[:@].+\}$/, name)
  })

  it("are refused for a plan of another target", () => {
    assert.throws(() => composeFiles([]), /The plan has no compose project/)
  })
})

describe("nginx.conf", () => {
  const spec = defaultSpec("production")
  const text = nginxConf(spec, ["10.9.9.1", "10.9.9.2"])

  it("has the guide's figures", () => {
    for (const line of [
      "worker_rlimit_nofile 2048;",
      "worker_connections 1024;",
      "use epoll;",
      "gzip on;",
      "gzip_types text/plain application/json application/javascript text/css application/problem+json;",
      "server_tokens off;",
      "limit_req_zone $limited zone=api:10m rate=10r/s;",
      "limit_req_zone $limited zone=optimize:10m rate=1r/s;",
      "keepalive_timeout 65s;",
      "least_conn;",
      "server 10.9.9.2:8080 max_fails=3 fail_timeout=30s;",
      "keepalive 32;",
      "proxy_connect_timeout 60s;",
      "proxy_send_timeout 60s;",
      "proxy_read_timeout 300s;",
      "client_max_body_size 10m;",
      "ssl_protocols TLSv1.2 TLSv1.3;",
      "ssl_ciphers HIGH:!aNULL:!MD5;",
      "ssl_prefer_server_ciphers on;",
      "ssl_session_cache shared:SSL:10m;",
      "ssl_session_timeout 600s;",
      `limit_req zone=api burst=${bursts.api.burst} nodelay;`,
      'add_header Cache-Control "public, max-age=2592000, immutable";',
    ]) {
      assert.ok(text.includes(`${line}\n`), line)
    }
  })

  it("limits every route that computes twice", () => {
    for (const path of computing.flatMap((path) => [path, `${path}/`])) {
      assert.match(
        text,
        new RegExp(`location = ${path} \\{\\s+limit_req zone=api .+;\\s+limit_req zone=optimize burst=5 `),
      )
    }
  })

  it("lets a POST be sent again for the routes that may be repeated, and for no other", () => {
    const blocks = [...text.matchAll(/location (?:= )?(\S+) \{([^}]*)\}/g)]
    const resent = blocks.flatMap(([, path, body]) => (body?.includes(" non_idempotent;") ? [path] : []))
    assert.deepEqual(
      resent,
      repeatable.flatMap((path) => [path, `${path}/`]),
    )
    assert.ok(repeatable.length > 0 && repeatable.every((path) => computing.includes(path)))
  })

  it("has every gateway once more as a spare that is never left out", () => {
    for (const address of ["10.9.9.1", "10.9.9.2"]) {
      assert.ok(text.includes(`server ${address}:${gatewayPorts.proxy} backup max_fails=0;\n`), address)
    }
    assert.equal(text.match(/ backup max_fails=0;/g)?.length, 2)
  })

  it("has rates that nginx can count, and texts that it cannot misread", () => {
    assert.equal(rateText({ perSecond: 10, burst: 1 }), "10r/s")
    assert.equal(rateText({ perSecond: 0.5, burst: 1 }), "30r/m")
    assert.throws(() => rateText({ perSecond: 0.001, burst: 1 }), /nginx cannot limit to 0.001 a second/)
    assert.throws(() => quoted("it's"), /nginx cannot be given "it's"/)
  })
})

describe("what one server is asked for", () => {
  it("needs an image, and no more replicas than its range has networks for", () => {
    const spec = defaultSpec("production")
    const { api } = spec.workloads
    const many = { ...spec.workloads, api: { ...api, replicas: { initial: 16, min: 16, max: 16 } } }
    assert.deepEqual(
      check({ ...spec, workloads: many }, {}).map(({ key, allowed }) => [key, allowed.slice(0, 10)]),
      [
        ["atlas:image", "an image b"],
        ["atlas:apiMinReplicas", "at most 13"],
      ],
    )
    assert.equal(mostReplicas("10.0.0.0/16"), 253)
  })

  it("takes a range that is large enough", () => {
    const { read } = keys["compose:cidr"]
    assert.deepEqual(["10.0.0.0/16", "10.0.0.0/24", "10.0.0.1/16", "x"].map(read), [
      "10.0.0.0/16",
      undefined,
      undefined,
      undefined,
    ])
  })

  it("gives each replica addresses of its own", () => {
    const { gateways, replica, gatewayOf, apiOf, database, postgres, cache, redis } = addressesIn("172.30.0.0/20")
    assert.deepEqual(
      [gateways, replica(2), gatewayOf(2), apiOf(2)],
      ["172.30.0.0/24", "172.30.2.0/24", "172.30.0.102", "172.30.2.100"],
    )
    assert.deepEqual(
      [replica(13), database, postgres, cache, redis],
      ["172.30.13.0/24", "172.30.14.0/24", "172.30.14.100", "172.30.15.0/24", "172.30.15.100"],
    )
  })

  it("refuses a PostgreSQL that has no image", () => {
    assert.throws(() => postgresImage(16), /PostgreSQL 16 has no image here; there is one of 17/)
  })
})
