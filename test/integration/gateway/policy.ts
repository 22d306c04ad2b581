import assert from "node:assert/strict"
import { randomUUID } from "node:crypto"
import { describe, test } from "node:test"
import { headers } from "../../../app/contract/headers.ts"
import { access, routes } from "../../../app/contract/routes.ts"
import { securityHeaders } from "../../../app/contract/security.ts"
import { service } from "../../../app/contract/service.ts"
import { gatewayDefaults } from "../../../infra/spec/gateway.ts"
import { type Answer, ask } from "./ask.ts"
import type { Upstream } from "./upstream.ts"

/** A running gateway with the platform's policy, and the upstream behind it. */
export interface Deployed {
  readonly url: string
  /** A key of web-app and one of another consumer. */
  readonly key: string
  readonly otherKey: string
  readonly upstream: Pick<Upstream, "seen">
}

/** A path under /api that no other test asks for. */
const fresh = () => `${routes.v1}/${randomUUID()}`

const limit = service.bodyLimitMebibytes * 2 ** 20

/** What Kong says itself. */
function assertOwn(answer: Answer, status: number, message: string): void {
  assert.equal(answer.status, status)
  assert.equal(answer.headers["content-type"], "application/json; charset=utf-8")
  const { message: said, request_id: id } = answer.json() as Record<string, unknown>
  assert.equal(said, message)
  assert.match(String(id), /^[0-9a-f]{32}$/)
}

/** The policy of a gateway that already runs anywhere: asks a few dozen requests of it, and one body above the limit. */
export function policySuite(deployed: () => Deployed): void {
  const asking = (path: string, more: Partial<Parameters<typeof ask>[1]> = {}) =>
    ask(deployed().url, { path, ...more, headers: { [headers.apiKey]: deployed().key, ...more.headers } })
  const keyless = (path: string, more: Partial<Parameters<typeof ask>[1]> = {}) =>
    ask(deployed().url, { path, ...more })

  describe("routing", () => {
    test("what no route names is not found, and neither is what only the inside may see", async () => {
      const internal = Object.keys(access).filter((path) => access[path] === "internal")
      const disguised = internal.flatMap((path) => [
        path,
        `/${path}`,
        `${routes.static}/..${path}`,
        `${routes.api}/%2e%2E${path}`,
        `${routes.docs}/./../.${path}`,
      ])
      for (const path of ["/nowhere", ...disguised]) {
        assertOwn(await asking(path), 404, "no Route matched with those values")
      }
    })

    test("a path reaches the app unshortened, in its one spelling, with its query as it was", async () => {
      const path = fresh()
      const answer = await asking(`/api/../${path}/%7Eme?x=..%2F&y=%7e`)
      assert.equal(answer.status, 200)
      assert.equal((answer.json() as { url: string }).url, `${path}/~me?x=..%2F&y=%7e`)
    })

    test("public paths need no key", async () => {
      for (const path of Object.keys(access).filter((path) => access[path] === "public")) {
        assert.equal((await keyless(path)).status, 200, path)
      }
    })

    test("an answer that is the app's keeps its status", async () => {
      const answer = await asking(`${fresh()}/answer-503`)
      assert.equal(answer.status, 503)
      assert.equal((answer.json() as { method: string }).method, "GET")
    })
  })

  describe("keys", () => {
    test("none, an empty one, a wrong one and two", async () => {
      const path = fresh()
      const refused: [string | string[] | undefined, string][] = [
        [undefined, "No API key found in request"],
        ["", "No API key found in request"],
        ["a-key-that-nobody-has", "Unauthorized"],
        [[deployed().key, deployed().key], "Duplicate API key found"],
      ]
      for (const [key, message] of refused) {
        const answer = await keyless(path, { headers: key === undefined ? {} : { [headers.apiKey]: key } })
        assertOwn(answer, 401, message)
        assert.equal(answer.headers["www-authenticate"], "Key")
      }
      assert.deepEqual(deployed().upstream.seen(path), [])
    })

    test("a key in the URL is none", async () => {
      const answer = await keyless(`${fresh()}?${headers.apiKey}=${deployed().key}`)
      assertOwn(answer, 401, "No API key found in request")
    })

    test("the app is told who asks, whatever the client says, and not the key", async () => {
      const path = fresh()
      const claims = {
        "X-Consumer-Username": "operator",
        "x-consumer-custom-id": "operator",
        "X-Consumer-ID": "operator",
        "X-Credential-Identifier": "operator",
        "X-Anonymous-Consumer": "true",
      }
      await asking(path, { headers: claims })
      await asking(path, { headers: { ...claims, [headers.apiKey]: deployed().otherKey } })
      const [first, second] = deployed().upstream.seen(path)
      assert.equal(first?.headers["x-consumer-username"], "web-app")
      assert.equal(second?.headers["x-consumer-username"], "mobile-app")
      assert.match(String(first?.headers["x-consumer-id"]), /^[0-9a-f-]{36}$/)
      assert.match(String(first?.headers["x-credential-identifier"]), /^[0-9a-f-]{36}$/)
      assert.equal(first?.headers["x-consumer-custom-id"], undefined)
      assert.equal(first?.headers["x-anonymous-consumer"], undefined)
      assert.equal(first?.headers[headers.apiKey.toLowerCase()], undefined)
    })

    test("on a public path nobody is anybody", async () => {
      const path = `${routes.static}/${randomUUID()}`
      await asking(path, { headers: { "X-Consumer-Username": "operator", "X-Consumer-ID": "operator" } })
      const [seen] = deployed().upstream.seen(path)
      assert.equal(seen?.headers["x-consumer-username"], undefined)
      assert.equal(seen?.headers["x-consumer-id"], undefined)
      assert.equal(seen?.headers[headers.apiKey.toLowerCase()], undefined)
    })

    test("an OPTIONS that is no preflight needs a key like everything else", async () => {
      const claim = { "X-Consumer-Username": "operator" }
      assertOwn(await keyless(fresh(), { method: "OPTIONS", headers: claim }), 401, "No API key found in request")
    })
  })

  describe("pages of other origins", () => {
    const [origin = ""] = gatewayDefaults.cors.origins
    const preflight = { "Access-Control-Request-Method": "POST" }

    test("a preflight is answered without a key, and never reaches the app", async () => {
      const path = fresh()
      const answer = await keyless(path, { method: "OPTIONS", headers: { Origin: origin, ...preflight } })
      assert.equal(answer.status, 200)
      assert.equal(answer.text, "")
      assert.equal(answer.headers["access-control-allow-origin"], origin)
      assert.equal(answer.headers["access-control-allow-credentials"], "true")
      assert.equal(answer.headers["access-control-allow-methods"], "GET,POST,PUT,DELETE")
      assert.equal(
        answer.headers["access-control-allow-headers"],
        "Accept,Content-Type,Authorization,X-API-Key,Idempotency-Key,X-Request-Id,Prefer",
      )
      assert.equal(answer.headers["access-control-max-age"], "3600")
      assert.equal(answer.headers.vary, "Origin")
      assert.deepEqual(deployed().upstream.seen(path), [])
    })

    test("a foreign page is told the one origin that is allowed, and so refused by its browser", async () => {
      const foreign = { Origin: "https://foreign.example" }
      const asked = await keyless(fresh(), { method: "OPTIONS", headers: { ...foreign, ...preflight } })
      const answered = await asking(fresh(), { headers: foreign })
      for (const answer of [asked, answered]) assert.equal(answer.headers["access-control-allow-origin"], origin)
    })

    test("the app's answer and the gateway's own can be read by the page", async () => {
      for (const answer of [await asking(fresh()), await keyless(fresh())]) {
        assert.equal(answer.headers["access-control-allow-origin"], origin)
        assert.equal(answer.headers["access-control-allow-credentials"], "true")
        assert.match(String(answer.headers["access-control-expose-headers"]), /^X-Request-Id,Location,Retry-After,/)
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
        assert.equal(sent.server, undefined)
        assert.equal(sent.via, undefined)
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

  describe("bodies", () => {
    test("one of exactly the limit passes, said to be so or not", async () => {
      for (const chunked of [false, true]) {
        const answer = await asking(fresh(), { method: "POST", body: new Uint8Array(limit), chunked })
        assert.equal(answer.status, 200)
        assert.equal((answer.json() as { bytes: number }).bytes, limit)
      }
    })

    test("one byte more does not, said to be so or not, and the app never gets it", async () => {
      for (const chunked of [false, true]) {
        const path = fresh()
        const answer = await asking(path, { method: "POST", body: new Uint8Array(limit + 1), chunked })
        assertOwn(answer, 413, "Request size limit exceeded")
        assert.deepEqual(deployed().upstream.seen(path), [])
      }
    })

    test("a client that asks first is answered first", async () => {
      const expect = { expect: "100-continue" }
      const body = new Uint8Array(limit + 1)
      const refused = await asking(fresh(), {
        method: "POST",
        body,
        headers: { ...expect, "content-length": body.length },
      })
      assertOwn(refused, 417, "Request size limit exceeded")
      const passed = await asking(fresh(), {
        method: "POST",
        body: "12345",
        headers: { ...expect, "content-length": 5 },
      })
      assert.equal((passed.json() as { bytes: number }).bytes, 5)
    })
  })
}
