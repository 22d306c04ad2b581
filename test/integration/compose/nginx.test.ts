import assert from "node:assert/strict"
import { once } from "node:events"
import { createServer, type Server } from "node:http"
import { after, before, describe, it } from "node:test"
import { setTimeout as delay } from "node:timers/promises"
import { Agent, type Dispatcher, request } from "undici"
import { routes } from "../../../app/contract/routes.ts"
import { committedStack, readComposeFiles } from "../../../infra/cli/compose-command.ts"
import { defaultSpec } from "../../../infra/spec/defaults.ts"
import { gatewayPorts } from "../../../infra/spec/gateway.ts"
import { nginxConf } from "../../../infra/targets/compose/nginx.ts"
import { withoutCommand } from "../../support/command.ts"
import { nginxFiles } from "../../support/nginx.ts"
import { freePort } from "../../support/ports.ts"
import { until } from "../../support/scaler/until.ts"

const skip = withoutCommand("nginx")

describe("the committed nginx.conf", { skip }, () => {
  it("is one that nginx takes", async () => {
    const files = await nginxFiles((await readComposeFiles(committedStack))["nginx.conf"] ?? "")
    try {
      const said = await files.check()
      assert.match(said, /syntax is ok/)
      assert.deepEqual(said.match(/\[(?:warn|emerg|error)\].*/g), null)
    } finally {
      files.remove()
    }
  })
})

const script = "application/javascript; charset=utf-8"

/** A gateway's place: it says its name, what it was sent or a script, waits where it is asked to, and can be away. */
async function startGateway(name: string, port: number) {
  const listen = async (): Promise<Server> => {
    const server = createServer((asked, answer) => {
      asked.resume()
      if (asked.url === "/docs/echo") return answer.end(JSON.stringify(asked.headers))
      if (asked.url?.endsWith(".js")) return answer.setHeader("content-type", script).end(name.repeat(1000))
      if (asked.url !== "/docs/stall") return asked.once("end", () => answer.end(name))
    }).listen(port, "127.0.0.1")
    await once(server, "listening")
    return server
  }
  let server: Server | undefined = await listen()
  return {
    leave: async () => {
      const closed = server && once(server, "close")
      server?.close()
      server?.closeAllConnections()
      server = undefined
      await closed
    },
    back: async () => {
      server = await listen()
    },
  }
}

describe("nginx before two gateways", { skip }, () => {
  const base = defaultSpec("production")
  // A minute and five in production: the second still is the longer one, so that who was waited for is not asked again.
  const spec = {
    edge: { ...base.edge, idleTimeout: "3 seconds" },
    gateway: { ...base.gateway, connectTimeout: "1 seconds" },
  } as const
  const agent = new Agent({ connect: { rejectUnauthorized: false } })
  const gateways: Awaited<ReturnType<typeof startGateway>>[] = []
  let files: Awaited<ReturnType<typeof nginxFiles>>
  let stop: (() => Promise<void>) | undefined

  before(async () => {
    const upstreams: Record<string, string> = {}
    for (const address of ["10.0.0.1", "10.0.0.2"]) {
      const port = await freePort()
      upstreams[`${address}:${gatewayPorts.proxy}`] = `127.0.0.1:${port}`
      gateways.push(await startGateway(address, port))
    }
    files = await nginxFiles(nginxConf(spec, ["10.0.0.1", "10.0.0.2"]), upstreams)
    stop = await files.start()
  })
  after(async () => {
    await stop?.()
    files?.remove()
    for (const gateway of gateways) await gateway.leave()
    await agent.close()
  })

  const ask = async (path: string, method: Dispatcher.HttpMethod = "GET", sent: Record<string, string> = {}) => {
    const { statusCode, headers, body } = await request(`https://127.0.0.1:${files.https}${path}`, {
      dispatcher: agent,
      method,
      headers: sent,
      ...(method === "POST" ? { body: "{}" } : {}),
    })
    return { status: statusCode, headers, text: await body.text() }
  }
  /** What several clients are answered by the one path while the work is done. */
  const whileDoing = async (work: () => Promise<void>) => {
    const statuses = { GET: [] as number[], POST: [] as number[] }
    let done = false
    const client = async (method: "GET" | "POST") => {
      while (!done) {
        statuses[method].push((await ask(routes.docs, method)).status)
        await delay(5)
      }
    }
    const clients = (["GET", "POST", "GET", "POST"] as const).map(client)
    await work().finally(() => {
      done = true
    })
    await Promise.all(clients)
    return statuses
  }

  it("serves on when each is away after the other, without half a minute between", async () => {
    const statuses = await whileDoing(async () => {
      for (const gateway of gateways) {
        await gateway.leave()
        await delay(300)
        await gateway.back()
        await delay(50)
      }
    })
    assert.ok(Math.min(statuses.GET.length, statuses.POST.length) > 50)
    assert.deepEqual([...new Set(statuses.GET)], [200])
    // A POST that was sent and not answered is never sent twice: one of each client may be lost when a gateway breaks off.
    const lost = statuses.POST.filter((status) => status !== 200)
    assert.ok(lost.length <= 2 * gateways.length && lost.every((status) => status === 502), lost.join(" "))
  })

  it("says at once that none is there, and is back with the first of them", async () => {
    for (const gateway of gateways) await gateway.leave()
    for (let count = 0; count < 20; count++) {
      const begin = performance.now()
      const { status, headers, text } = await ask(routes.docs)
      assert.equal(status, 502)
      assert.equal(headers["content-type"], "application/problem+json")
      assert.equal(headers["retry-after"], "10")
      assert.equal(JSON.parse(text).detail, "No replica can be reached.")
      assert.ok(performance.now() - begin < 1000)
    }
    await gateways[1]?.back()
    for (let count = 0; count < 20; count++) assert.equal((await ask(routes.docs)).text, "10.0.0.2")
    await gateways[0]?.back()
    assert.equal((await ask(routes.docs)).status, 200)
  })

  it("lets browsers keep static files for a month, and writes no line for health", async () => {
    const { headers } = await ask(`${routes.static}/a.css`)
    assert.equal(headers["cache-control"], "public, max-age=2592000, immutable")
    assert.equal((await ask(routes.health)).headers["cache-control"], undefined)
    await until(() => files.log().includes(`${routes.static}/a.css`))
    assert.ok(!files.log().includes(`"GET ${routes.health} `))
  })

  it("limits a route that computes however its path is written", async () => {
    // Fewer in all than the burst of the whole API: what refuses one is the limit of these routes.
    const asked = { "/": 9, "//": 2, "/?a=b": 2, "?a=b": 2 }
    for (const [end, count] of Object.entries(asked)) {
      const answers = await Promise.all(Array.from({ length: count }, () => ask(`${routes.optimize}${end}`, "POST")))
      assert.ok(answers.map(({ status }) => status).includes(429), end)
    }
  })

  it("tells the gateway where a request came from, and the log what was asked", async () => {
    const { text } = await ask("/docs/echo", "GET", {
      host: "atlas.test",
      "x-forwarded-for": "203.0.113.9",
      "x-forwarded-proto": "http",
      "x-request-id": "of-the-client",
      "user-agent": "a browser",
    })
    const { connection, "user-agent": agent, ...told } = JSON.parse(text)
    assert.deepEqual([connection, agent], [undefined, "a browser"])
    assert.deepEqual(told, {
      host: "atlas.test",
      "x-real-ip": "127.0.0.1",
      "x-forwarded-for": "203.0.113.9, 127.0.0.1",
      "x-forwarded-proto": "https",
      "x-request-id": "of-the-client",
    })
    const line = /^127\.0\.0\.1 - - \[[^\]]+\] "GET \/docs\/echo HTTP\/1\.1" 200 \d+ "-" "a browser" "203\.0\.113\.9"$/m
    await until(() => line.test(files.log()))
  })

  it("compresses what is text, for who takes it so", async () => {
    const path = `${routes.static}/a.js`
    const plain = await ask(path)
    const packed = await ask(path, "GET", { "accept-encoding": "gzip" })
    assert.deepEqual([plain.headers["content-encoding"], packed.headers["content-encoding"]], [undefined, "gzip"])
    assert.ok(packed.text.length < plain.text.length / 10)
    assert.match(String(plain.headers.vary), /Accept-Encoding/)
  })

  it("ends a request that no gateway answers in time, and asks no other", async () => {
    const begin = performance.now()
    const { status, headers, text } = await ask("/docs/stall")
    const seconds = (performance.now() - begin) / 1000
    assert.equal(status, 504)
    assert.equal(headers["content-type"], "application/problem+json")
    assert.match(JSON.parse(text).detail, /took longer than a request may/)
    assert.ok(seconds > 2.9 && seconds < 4, `${seconds} s`)
  })
})
