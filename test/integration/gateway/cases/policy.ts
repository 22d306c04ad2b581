import assert from "node:assert/strict"
import { randomUUID } from "node:crypto"
import { describe, test } from "node:test"
import { headers } from "../../../../app/contract/headers.ts"
import { access, routes } from "../../../../app/contract/routes.ts"
import { identityHeaders } from "../../../../infra/gateway/identity.ts"
import { ask, type Question } from "../ask.ts"
import { mobileKey, otherWebKey, webKey } from "../subject.ts"
import { fail } from "../upstream.ts"
import { assertOwn, type Deployed, fresh, limitHeaders, withKey, words } from "./asks.ts"

/** Who is let through to where, and as whom. */
export function policyCases(deployed: () => Deployed): void {
  const asking = (path: string, more: Partial<Question> = {}) => withKey(deployed().url, path, more)
  const keyless = (path: string, more: Partial<Question> = {}) => ask(deployed().url, { path, ...more })

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
        assertOwn(await asking(path), words.noRoute)
      }
    })

    test("a path reaches the app unshortened and in its one spelling", async () => {
      const path = fresh()
      const answer = await asking(`/api/../${path}/%7Eme`)
      assert.equal(answer.status, 200)
      assert.equal((answer.json() as { url: string }).url, `${path}/~me`)
    })

    test("a query reaches the app as it was; a consumer's without a key, and spelled as forms are", async () => {
      const query = `x=..%2F&y=%7e&${headers.apiKey}=hidden&z=a+b&flag`
      const path = `${routes.static}/${randomUUID()}`
      await keyless(`${path}?${query}`)
      assert.equal(deployed().upstream.seen(path)[0]?.url, `${path}?${query}`)
      const keyed = fresh()
      await asking(`${keyed}?${query}`)
      assert.equal(deployed().upstream.seen(keyed)[0]?.url, `${keyed}?x=..%2F&y=%7E&z=a+b&flag=`)
    })

    test("public paths need no key", async () => {
      for (const path of Object.keys(access).filter((path) => access[path] === "public")) {
        assert.equal((await keyless(path)).status, 200, path)
      }
    })

    test("an answer that is the app's keeps its status", async () => {
      const answer = await asking(`${fresh()}/${fail}`)
      assert.equal(answer.status, 503)
      assert.equal((answer.json() as { method: string }).method, "GET")
    })
  })

  describe("keys", () => {
    test("none, an empty one, a wrong one and two", async () => {
      const path = fresh()
      const refused = [
        [undefined, words.noKey],
        ["", words.noKey],
        ["a-key-that-nobody-has", words.wrongKey],
        [[webKey, webKey], words.twoKeys],
        [[webKey, mobileKey], words.twoKeys],
      ] as const
      for (const [key, word] of refused) {
        const sent = key === undefined ? {} : { [headers.apiKey]: typeof key === "string" ? key : [...key] }
        const answer = await keyless(path, { headers: sent })
        assertOwn(answer, word)
        assert.equal(answer.headers["www-authenticate"], "Key")
        // Nobody is known, so nobody's requests are counted.
        assert.deepEqual(limitHeaders(answer), [])
      }
      assert.deepEqual(deployed().upstream.seen(path), [])
    })

    test("a key in the URL is none", async () => {
      const answer = await keyless(`${fresh()}?${headers.apiKey}=${webKey}`)
      assertOwn(answer, words.noKey)
    })

    test("the app is told who asks, whatever the client says, and not the key", async () => {
      const path = fresh()
      const claims = Object.fromEntries(identityHeaders.map((name) => [name, "operator"]))
      await asking(path, { headers: claims })
      await asking(path, { headers: { ...claims, [headers.apiKey]: otherWebKey } })
      await asking(path, { headers: { ...claims, [headers.apiKey]: mobileKey } })
      const told = deployed()
        .upstream.seen(path)
        .map(({ headers: told }) => told)
      const each = (name: string) => told.map((headers) => headers[name.toLowerCase()])
      assert.deepEqual(each(headers.consumer), ["web-app", "web-app", "mobile-app"])
      const ids = [...each("X-Consumer-ID"), ...each("X-Credential-Identifier")]
      for (const id of ids) assert.match(String(id), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
      // A consumer is the same with each of its keys; the keys are told apart.
      assert.equal(ids[0], ids[1])
      assert.equal(new Set(ids).size, 5)
      for (const name of ["X-Consumer-Custom-ID", "X-Anonymous-Consumer", headers.apiKey]) {
        assert.deepEqual(each(name), [undefined, undefined, undefined], name)
      }
    })

    test("on a public path nobody is anybody", async () => {
      const path = `${routes.static}/${randomUUID()}`
      await asking(path, { headers: Object.fromEntries(identityHeaders.map((name) => [name, "operator"])) })
      const [seen] = deployed().upstream.seen(path)
      assert.equal(seen?.url, path)
      for (const name of [...identityHeaders, headers.apiKey]) {
        assert.equal(seen.headers[name.toLowerCase()], undefined, name)
      }
    })

    test("an OPTIONS that is no preflight needs a key like everything else", async () => {
      const lacking = [{}, { Origin: "https://app.example.com" }, { "Access-Control-Request-Method": "POST" }]
      for (const sent of lacking) {
        const claim = { [headers.consumer]: "operator", ...sent }
        assertOwn(await keyless(fresh(), { method: "OPTIONS", headers: claim }), words.noKey)
      }
    })
  })
}
