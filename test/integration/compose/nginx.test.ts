import assert from "node:assert/strict"
import { after, before, describe, it } from "node:test"
import { setTimeout as delay } from "node:timers/promises"
import { repeatable, routes } from "../../../app/contract/routes.ts"
import { committedStack, readComposeFiles } from "../../../infra/cli/compose-command.ts"
import { defaultSpec } from "../../../infra/spec/defaults.ts"
import { withoutCommand } from "../../support/command.ts"
import { nginxFiles } from "../../support/nginx.ts"
import { until } from "../../support/scaler/until.ts"
import { type Behaviour, type Edge, openEdge } from "./edge.ts"

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

const base = defaultSpec("production")
// A minute and five in production: the second still is the longer one, so that who was waited for is not asked again.
const spec = {
  edge: { ...base.edge, idleTimeout: "3 seconds" },
  gateway: { ...base.gateway, connectTimeout: "1 seconds" },
} as const

describe("nginx before two gateways", { skip }, () => {
  let edge: Edge

  before(async () => {
    edge = await openEdge(spec)
  })
  after(async () => {
    await edge?.close()
  })

  /** What several clients are answered by the one path while the work is done. */
  const whileDoing = async (work: () => Promise<void>) => {
    const statuses = { GET: [] as number[], POST: [] as number[] }
    let done = false
    const client = async (method: "GET" | "POST") => {
      while (!done) {
        statuses[method].push((await edge.ask(routes.docs, method)).status)
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
      for (const gateway of edge.gateways) {
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
    assert.ok(lost.length <= 2 * edge.gateways.length && lost.every((status) => status === 502), lost.join(" "))
  })

  it("says at once that none is there, and is back with the first of them", async () => {
    const [first, second] = edge.gateways
    await Promise.all([first.leave(), second.leave()])
    for (let count = 0; count < 20; count++) {
      const begin = performance.now()
      const { status, headers, text } = await edge.ask(routes.docs)
      assert.equal(status, 502)
      assert.equal(headers["content-type"], "application/problem+json")
      assert.equal(headers["retry-after"], "10")
      assert.equal(JSON.parse(text).detail, "No replica can be reached.")
      assert.ok(performance.now() - begin < 1000)
    }
    await second.back()
    for (let count = 0; count < 20; count++) assert.equal((await edge.ask(routes.docs)).text, second.name)
    await first.back()
    assert.equal((await edge.ask(routes.docs)).status, 200)
  })

  it("lets browsers keep static files for a month, and writes no line for health", async () => {
    const { headers } = await edge.ask(`${routes.static}/a.css`)
    assert.equal(headers["cache-control"], "public, max-age=2592000, immutable")
    assert.equal((await edge.ask(routes.health)).headers["cache-control"], undefined)
    await until(() => edge.log().includes(`${routes.static}/a.css`))
    assert.ok(!edge.log().includes(`"GET ${routes.health} `))
  })

  it("tells the gateway where a request came from, and the log what was asked", async () => {
    for (const gateway of edge.gateways) gateway.does((asked, answer) => answer.end(JSON.stringify(asked.headers)))
    const { text } = await edge.ask(`${routes.docs}/echo`, "GET", {
      host: "atlas.test",
      "x-forwarded-for": "203.0.113.9",
      "x-forwarded-proto": "http",
      "x-forwarded-host": "evil.test",
      "x-forwarded-port": "1",
      "x-forwarded-path": "/evil",
      "x-forwarded-prefix": "/evil",
      forwarded: "host=evil.test",
      "x-request-id": "of-the-client",
      "user-agent": "a browser",
    })
    for (const gateway of edge.gateways) gateway.does()
    const { connection, "user-agent": agent, ...told } = JSON.parse(text)
    assert.deepEqual([connection, agent], [undefined, "a browser"])
    assert.deepEqual(told, {
      host: "atlas.test",
      "x-real-ip": "127.0.0.1",
      "x-forwarded-for": "203.0.113.9, 127.0.0.1",
      "x-forwarded-proto": "https",
      "x-forwarded-host": "atlas.test",
      "x-forwarded-port": String(edge.port),
      "x-request-id": "of-the-client",
    })
    const line = /^127\.0\.0\.1 - - \[[^\]]+\] "GET \/docs\/echo HTTP\/1\.1" 200 \d+ "-" "a browser" "203\.0\.113\.9"$/m
    await until(() => line.test(edge.log()))
  })

  it("compresses what is text, for who takes it so", async () => {
    const script = "application/javascript; charset=utf-8"
    for (const gateway of edge.gateways)
      gateway.does((_, answer) => answer.setHeader("content-type", script).end(gateway.name.repeat(1000)))
    const path = `${routes.static}/a.js`
    const plain = await edge.ask(path)
    const packed = await edge.ask(path, "GET", { "accept-encoding": "gzip" })
    for (const gateway of edge.gateways) gateway.does()
    assert.deepEqual([plain.headers["content-encoding"], packed.headers["content-encoding"]], [undefined, "gzip"])
    assert.ok(packed.text.length < plain.text.length / 10)
    assert.match(String(plain.headers.vary), /Accept-Encoding/)
  })

  it("ends a request that no gateway answers in time, and asks no other", async () => {
    for (const gateway of edge.gateways) gateway.does(() => undefined)
    // An optimization too: what was waited for is not computed a second time.
    const asked = [routes.docs, routes.optimize].map(async (path, index) => {
      const begin = performance.now()
      const { status, headers, text } = await edge.ask(path, index === 0 ? "GET" : "POST")
      const seconds = (performance.now() - begin) / 1000
      assert.equal(status, 504)
      assert.equal(headers["content-type"], "application/problem+json")
      assert.match(JSON.parse(text).detail, /took longer than a request may/)
      assert.ok(seconds > 2.9 && seconds < 4, `${seconds} s`)
      assert.equal(edge.gateways.flatMap((one) => one.asked.filter((line) => line.endsWith(` ${path}`))).length, 1)
    })
    for (const gateway of edge.gateways) gateway.asked.length = 0
    await Promise.all(asked)
    for (const gateway of edge.gateways) gateway.does()
  })
})

describe("nginx before gateways that fail", { skip }, () => {
  /** With an nginx of its own: one that has failed three times would be left out for half a minute. */
  const standing = (work: (edge: Edge) => Promise<void>) => async () => {
    const edge = await openEdge(spec)
    try {
      await work(edge)
    } finally {
      await edge.close()
    }
  }
  /** One after the other, so that each of the two is asked first for one of them. */
  const twice = async ({ ask }: Edge, path: string, method: "GET" | "POST") => [
    await ask(path, method),
    await ask(path, method),
  ]
  const timesAsked = ({ gateways }: Edge, line: string) =>
    gateways.reduce((sum, { asked }) => sum + asked.filter((one) => one === line).length, 0)

  const ways = {
    "says 502, as where its api refuses": (_, answer) => void answer.writeHead(502).end("no api"),
    "breaks off": (_, answer) => void answer.destroy(),
  } as const satisfies Record<string, Behaviour>
  for (const [way, behaviour] of Object.entries(ways)) {
    it(
      `asks the other where one ${way}, and sends no POST again that may store twice`,
      standing(async (edge) => {
        const [first, second] = edge.gateways
        first.does(behaviour)
        for (const path of [routes.models, routes.fit]) {
          const [failed, ...others] = (await twice(edge, path, "POST")).sort((a, b) => b.status - a.status)
          assert.deepEqual(
            [others.map(({ text }) => text), failed?.headers["retry-after"]],
            [[second.name], "10"],
            path,
          )
          assert.equal(failed?.status, 502, path)
          assert.equal(timesAsked(edge, `POST ${path}`), 2, path)
        }
        for (const path of repeatable) {
          const answers = await twice(edge, path, "POST")
          assert.deepEqual(
            answers.map(({ status, text }) => [status, text]),
            Array(2).fill([200, second.name]),
            path,
          )
        }
        assert.equal(timesAsked(edge, `POST ${routes.optimize}`), 3)
        for (const { text } of await twice(edge, routes.models, "GET")) assert.equal(text, second.name)
      }),
    )
  }

  it(
    "passes on each 503 as the app gave it, and says when to ask again where none did",
    standing(async ({ gateways, ask }) => {
      const refuse = (sent: Readonly<Record<string, string>>) => {
        for (const gateway of gateways) gateway.does((_, answer) => void answer.writeHead(503, sent).end("away"))
      }
      // The app's own in maintenance; more than it takes to leave a gateway out.
      refuse({ "Retry-After": "3600" })
      for (let count = 0; count < 8; count++) {
        const { status, headers, text } = await ask(routes.docs)
        assert.deepEqual([status, headers["retry-after"], text], [503, "3600", "away"])
      }
      assert.equal(
        gateways.reduce((sum, { asked }) => sum + asked.length, 0),
        8,
      )
      refuse({})
      const { headers } = await ask(routes.optimize, "POST")
      assert.equal(headers["retry-after"], "10")
      for (const gateway of gateways) gateway.does()
      const served = await ask(routes.docs)
      assert.deepEqual([served.status, served.headers["retry-after"]], [200, undefined])
    }),
  )
})

it("limits a route that computes however its path is written", { skip }, async () => {
  const edge = await openEdge(spec)
  try {
    // Fewer in all than the burst of the whole API: what refuses one is the limit of these routes.
    const asked = { "/": 9, "//": 2, "/?a=b": 2, "?a=b": 2 }
    for (const [end, count] of Object.entries(asked)) {
      const answers = await Promise.all(
        Array.from({ length: count }, () => edge.ask(`${routes.optimize}${end}`, "POST")),
      )
      assert.ok(answers.map(({ status }) => status).includes(429), end)
    }
  } finally {
    await edge.close()
  }
})
