import assert from "node:assert/strict"
import { after, before, describe, it } from "node:test"
import { setTimeout as delay } from "node:timers/promises"
import { Agent, type Dispatcher, request } from "undici"
import { parse } from "yaml"
import { bursts } from "../../../app/contract/rates.ts"
import { access, routes } from "../../../app/contract/routes.ts"
import { securityHeaders } from "../../../app/contract/security.ts"
import { service } from "../../../app/contract/service.ts"
import { files } from "../../../infra/targets/compose/places.ts"
import { inspect } from "../../support/docker/container.ts"
import { openDocker } from "../../support/docker/open.ts"
import { readText } from "../../support/repository.ts"
import { until } from "../../support/scaler/until.ts"
import { buildImages } from "./images.ts"
import { composeCommand, openProject, type Project } from "./project.ts"
import { itServesOn } from "./restarts.ts"

const machine = await openDocker()
const command = await composeCommand()
const skip = machine.skip || (command === undefined ? "Docker Compose 2 is not on PATH" : false)

/** The certificate is one that nobody vouches for. */
const agent = new Agent({ connect: { rejectUnauthorized: false }, allowH2: false })
const problem = { budget: { tv: 100_000, digital: 200_000 }, constraints: { total: 300_000 } }

describe("one server", { skip }, () => {
  let project: Project
  let key = ""

  before(async () => {
    project = await openProject(command ?? [], machine.prefix, await buildImages(machine))
    await project.compose("up", "--detach")
    // Of the profile, and not Grafana, which Debian does not have.
    await project.compose("up", "--detach", "prometheus")
    const printed = await project.compose("run", "--rm", "init", "keys")
    key = /^web-app-key (\w+)$/m.exec(printed)?.[1] ?? ""
  })
  after(async () => {
    await project?.close()
    await machine.close()
    await agent.close()
  })

  const ask = async (path: string, options: Partial<Dispatcher.RequestOptions> = {}) => {
    const { statusCode, headers, body } = await request(project.https + path, {
      dispatcher: agent,
      method: "GET",
      ...options,
    })
    return { status: statusCode, headers, text: await body.text() }
  }
  const optimize = () =>
    ask(routes.optimize, {
      method: "POST",
      headers: { "x-api-key": key, "content-type": "application/json" },
      body: JSON.stringify(problem),
    })
  const detailOf = (text: string): string => JSON.parse(text).detail

  it("sends plain HTTP to HTTPS at the same host and path, and to the port that is published", async () => {
    const { statusCode, headers, body } = await request(`${project.http}/docs?a=b`, {
      headers: { host: "atlas.test" },
    })
    await body.dump()
    assert.equal(statusCode, 301)
    const location = `https://atlas.test:${new URL(project.https).port}/docs?a=b`
    assert.equal(headers.location, location)
    const plain = await request(`${project.https.replace("https", "http")}/docs?a=b`, {
      headers: { host: "atlas.test" },
    })
    await plain.body.dump()
    assert.deepEqual([plain.statusCode, plain.headers.location], [301, location])
  })

  it("answers health without a key, with each header of the contract once and no version", async () => {
    const { status, headers, text } = await ask(routes.health)
    assert.equal(status, 200)
    assert.equal(JSON.parse(text).status, "healthy")
    for (const [name, value] of Object.entries(securityHeaders)) assert.equal(headers[name.toLowerCase()], value, name)
    assert.equal(headers.server, "nginx")
    assert.match(String(headers["x-request-id"]), /^[0-9a-f-]{32,36}$/)
  })

  it("keeps what is internal to itself, however it is written", async () => {
    const internal = Object.keys(access).filter((path) => access[path] === "internal")
    assert.equal(internal.length, 3)
    for (const path of [...internal, `${routes.static}/..%2f${routes.metrics.slice(1)}`, `/%6detrics`]) {
      const { status, headers } = await ask(path)
      assert.equal(status, 404, path)
      assert.equal(headers["content-type"], "application/problem+json", path)
    }
  })

  it("refuses a path that leads above the root", async () => {
    assert.equal((await ask(`${routes.static}/..%2f..${routes.metrics}`)).status, 400)
  })

  it("limits the routes that compute by the address, which nobody has asked yet, and lets pass again after a second", async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(routes.optimize, { method: "POST" })))
    const limited = answers.filter(({ status }) => status === 429)
    assert.equal(limited.length, 10 - 1 - bursts.optimize.burst)
    assert.match(detailOf(limited[0]?.text ?? "{}"), /from your address/)
    assert.equal(limited[0]?.headers["retry-after"], "1")
    assert.equal(limited[0]?.headers["x-frame-options"], "DENY")
    await delay(1100)
    assert.equal((await ask(routes.optimize, { method: "POST" })).status, 401)
  })

  it("limits the whole API by the address, and not the preflights", async () => {
    await delay(2500)
    const many = (method: "GET" | "OPTIONS") =>
      Promise.all(Array.from({ length: 40 }, () => ask(routes.models, { method })))
    const limited = (await many("GET")).filter(({ status }) => status === 429).length
    assert.ok(limited >= 14 && limited <= 40 - 1 - bursts.api.burst, `${limited} were limited`)
    assert.equal((await many("OPTIONS")).filter(({ status }) => status === 429).length, 0)
    await delay(300)
    assert.equal((await ask(routes.models)).status, 401)
  })

  it("has processes of the app that are well by the check of compose.yaml", async () => {
    const { services }: { services: Record<string, { healthcheck?: { test: string[] } }> } = parse(
      readText(`infra/targets/compose/rendered/${files.compose}`),
    )
    for (const name of ["api-1", "worker"]) {
      const [kind, ...command] = services[name]?.healthcheck?.test ?? []
      assert.equal(kind, "CMD")
      await project.compose("exec", name, ...command)
    }
  })

  it("optimizes for who has a key, and for nobody else", async () => {
    const { status, text } = await optimize()
    assert.equal(status, 200, text)
    assert.equal(JSON.parse(text).status, "optimal")
    assert.equal((await ask(routes.models)).status, 401)
  })

  it("refuses a body above the limit", async () => {
    const body = Buffer.alloc(service.bodyLimitMebibytes * 2 ** 20 + 1)
    const { status, text } = await ask(routes.models, { method: "POST", body })
    assert.equal(status, 413)
    assert.equal(JSON.parse(text).type, "/problems/body-too-large")
  })

  it("collects the metrics of every part, and judges each alert", async () => {
    const read = async (path: string) => {
      const { statusCode, body } = await request(`${project.prometheus}/api/v1/${path}`)
      assert.equal(statusCode, 200, path)
      return JSON.parse(await body.text()).data
    }
    interface Target {
      readonly labels: { readonly job: string }
      readonly health: string
      readonly lastError: string
    }
    let found: readonly Target[] = []
    const isUp = ({ health }: Target) => health === "up"
    await until(async () => {
      const { activeTargets }: { activeTargets: readonly Target[] } = await read("targets?state=active")
      found = activeTargets
      return found.length === 5 && found.every(isUp)
    }).catch(() => undefined)
    assert.deepEqual(
      found.filter((one) => !isUp(one)),
      [],
    )
    assert.deepEqual(found.map(({ labels }) => labels.job).sort(), ["api", "api", "gateway", "gateway", "worker"])

    const { groups }: { groups: { rules: { name: string; health: string; lastError?: string }[] }[] } =
      await read("rules")
    const rules = groups.flatMap(({ rules }) => rules)
    const written: { groups: { rules: { alert: string }[] }[] } = parse(
      readText(`infra/targets/compose/rendered/${files.rules}`),
    )
    assert.deepEqual(
      rules.map(({ name }) => name),
      written.groups.flatMap((group) => group.rules.map(({ alert }) => alert)),
    )
    assert.ok(rules.length > 5)
    assert.deepEqual(
      rules.filter(({ health }) => health === "err"),
      [],
    )
    const asked = encodeURIComponent(`sum(http_requests_total{job="api",route="${routes.optimize}"}) > 0`)
    await until(async () => (await read(`query?query=${asked}`)).result.length === 1)
  })

  it("publishes nginx's two ports to the world, and nothing else", async () => {
    const ids = (await project.compose("ps", "--quiet")).trim().split("\n")
    const published: string[] = []
    for (const id of ids) {
      const ports = await inspect(id, ".NetworkSettings.Ports")
      for (const [port, bindings] of Object.entries(ports as Record<string, { HostIp: string }[] | null>))
        for (const { HostIp } of bindings ?? []) if (HostIp !== "::") published.push(`${HostIp} ${port}`)
    }
    assert.ok(ids.length > 8)
    assert.deepEqual(published.sort(), ["0.0.0.0 443/tcp", "0.0.0.0 80/tcp", "127.0.0.1 9090/tcp"])
  })

  describe("under load", () => itServesOn(() => ({ project, key, problem })))

  it("keeps its secrets when it is made anew", async () => {
    await project.compose("up", "--detach", "--force-recreate", "--no-deps", "init")
    await project.compose("wait", "init").catch(() => undefined)
    assert.match(await project.compose("run", "--rm", "init", "keys"), new RegExp(`^web-app-key ${key}$`, "m"))
  })
})
