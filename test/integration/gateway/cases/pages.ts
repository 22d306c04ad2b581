import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { headers } from "../../../../app/contract/headers.ts"
import { securityHeaders } from "../../../../app/contract/security.ts"
import { service } from "../../../../app/contract/service.ts"
import { gatewayDefaults } from "../../../../infra/spec/gateway.ts"
import { seconds } from "../../../../infra/spec/units.ts"
import { ask, type Question } from "../ask.ts"
import { drop } from "../upstream.ts"
import { type Deployed, fresh, limitHeaders, withKey } from "./asks.ts"

/** What browsers are told, and what stands on every answer. */
export function pageCases(deployed: () => Deployed): void {
  const asking = (path: string, more: Partial<Question> = {}) => withKey(deployed().url, path, more)
  const keyless = (path: string, more: Partial<Question> = {}) => ask(deployed().url, { path, ...more })

  describe("pages of other origins", () => {
    const { cors } = gatewayDefaults
    const [origin = ""] = cors.origins
    const preflight = { "Access-Control-Request-Method": "POST" }

    test("a preflight is answered without a key, and never reaches the app", async () => {
      const path = fresh()
      const answer = await keyless(path, { method: "OPTIONS", headers: { Origin: origin, ...preflight } })
      assert.equal(answer.status, 200)
      assert.equal(answer.text, "")
      assert.equal(answer.headers["access-control-allow-origin"], origin)
      assert.equal(answer.headers["access-control-allow-credentials"], "true")
      assert.equal(answer.headers["access-control-allow-methods"], cors.methods.join(","))
      assert.equal(answer.headers["access-control-allow-headers"], cors.headers.join(","))
      assert.equal(answer.headers["access-control-max-age"], String(seconds(cors.maxAge)))
      assert.equal(answer.headers.vary, "Origin")
      assert.deepEqual(limitHeaders(answer), [])
      assert.equal(deployed().upstream.begun(path), 0)
    })

    test("a foreign page is told the one origin that is allowed, and so refused by its browser", async () => {
      const foreign = { Origin: "https://foreign.example" }
      const asked = await keyless(fresh(), { method: "OPTIONS", headers: { ...foreign, ...preflight } })
      const answered = await asking(fresh(), { headers: foreign })
      for (const answer of [asked, answered]) assert.equal(answer.headers["access-control-allow-origin"], origin)
    })

    test("the app's answer and the gateway's own can be read by the page", async () => {
      const large = { method: "POST", body: new Uint8Array(service.bodyLimitMebibytes * 2 ** 20 + 1) }
      const answers = [await asking(fresh()), await keyless(fresh()), await asking(fresh(), large)]
      answers.push(await asking(`${fresh()}/${drop}`, { method: "POST" }))
      assert.deepEqual(
        answers.map(({ status }) => status),
        [200, 401, 413, 502],
      )
      for (const answer of answers) {
        assert.equal(answer.headers["access-control-allow-origin"], origin)
        assert.equal(answer.headers["access-control-allow-credentials"], "true")
        assert.equal(answer.headers["access-control-expose-headers"], cors.exposedHeaders.join(","))
        assert.match(String(answer.headers.vary), /\bOrigin$/)
      }
    })
  })

  describe("headers on every answer", () => {
    test("the gateway's own answers are as guarded as the app's, whose own headers stay", async () => {
      const notFound = await asking("/nowhere")
      const refused = await keyless(fresh())
      const answered = await asking(fresh())
      for (const { headers: sent } of [notFound, refused, answered]) {
        for (const [name, value] of Object.entries(securityHeaders)) {
          if (name !== "X-Frame-Options") assert.equal(sent[name.toLowerCase()], value)
        }
        for (const name of ["server", "via", ...Object.keys(sent).filter((one) => one.startsWith("x-kong-"))]) {
          assert.equal(sent[name], undefined, name)
        }
      }
      assert.equal(notFound.headers["x-frame-options"], "DENY")
      assert.equal(refused.headers["x-frame-options"], "DENY")
      assert.equal(answered.headers["x-frame-options"], "SAMEORIGIN")
    })

    test("a request has one id for client and app: its own, or a new one", async () => {
      const path = fresh()
      const name = headers.requestId.toLowerCase()
      const made = await asking(path)
      const kept = await asking(path, { headers: { [headers.requestId]: "the-client's-own" } })
      const [first, second] = deployed().upstream.seen(path)
      assert.match(String(made.headers[name]), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
      assert.equal(first?.headers[name], made.headers[name])
      assert.equal(second?.headers[name], "the-client's-own")
      assert.equal(kept.headers[name], "the-client's-own")
      assert.ok((await asking("/nowhere")).headers[name])
      assert.deepEqual(
        Object.keys(first?.headers ?? {}).filter((one) => one.startsWith("x-kong-")),
        [],
      )
    })

    test("the app is told where the request came in, and what is between hops stays there", async () => {
      const path = fresh()
      const { hostname, port } = new URL(deployed().url)
      await asking(path, {
        headers: {
          "X-Forwarded-For": "203.0.113.9",
          "X-Forwarded-Proto": "https",
          "X-Forwarded-Host": "evil.example",
          "X-Forwarded-Prefix": "/evil",
          "Proxy-Connection": "keep-alive",
          TE: "gzip",
          Connection: "close, X-Between-Hops",
          "X-Between-Hops": "1",
        },
      })
      const seen = deployed().upstream.seen(path)[0]?.headers ?? {}
      assert.match(String(seen["x-forwarded-for"]), /^203\.0\.113\.9, [0-9a-f.:]+$/)
      assert.equal(seen["x-forwarded-proto"], "http")
      assert.equal(seen["x-forwarded-host"], hostname)
      assert.equal(seen["x-forwarded-port"], port)
      assert.equal(seen["x-forwarded-path"], path)
      for (const name of ["x-forwarded-prefix", "proxy-connection", "te", "x-between-hops"]) {
        assert.equal(seen[name], undefined, name)
      }
    })
  })
}
