import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { service } from "../../../../app/contract/service.ts"
import type { Question } from "../ask.ts"
import { assertOwn, type Deployed, fresh, limitHeaders, withKey, words } from "./asks.ts"

const limit = service.bodyLimitMebibytes * 2 ** 20

/** The largest body. */
export function bodyCases(deployed: () => Deployed): void {
  const post = (path: string, more: Partial<Question>) => withKey(deployed().url, path, { method: "POST", ...more })

  describe("bodies", () => {
    test("one of exactly the limit passes, said to be so or not", async () => {
      for (const chunked of [false, true]) {
        const path = fresh()
        const answer = await post(path, { body: new Uint8Array(limit), chunked })
        assert.equal(answer.status, 200)
        const [seen] = deployed().upstream.seen(path)
        assert.equal(seen?.bytes, limit)
        // It has been read whole by then, so its length is known.
        assert.equal(seen?.headers["content-length"], String(limit))
      }
    })

    test("one byte more does not, said to be so or not: the app hears nothing of it, and it is not counted", async () => {
      for (const chunked of [false, true]) {
        const path = fresh()
        const answer = await post(path, { body: new Uint8Array(limit + 1), chunked })
        assertOwn(answer, words.tooLarge)
        assert.equal(deployed().upstream.begun(path), 0)
        assert.deepEqual(limitHeaders(answer), [])
      }
    })

    test("without a key nothing is said of a body's size", async () => {
      const answer = await post(fresh(), { body: new Uint8Array(limit + 1), headers: { "X-API-Key": "" } })
      assertOwn(answer, words.noKey)
    })

    test("a client that asks first is answered first", async () => {
      const expect = { expect: "100-continue" }
      const body = new Uint8Array(limit + 1)
      const refused = await post(fresh(), { body, headers: { ...expect, "content-length": body.length } })
      assertOwn(refused, words.tooLargeToBegin)
      for (const length of [{ "content-length": 5 }, { "transfer-encoding": "chunked" }]) {
        const path = fresh()
        const passed = await post(path, { body: "12345", chunked: true, headers: { ...expect, ...length } })
        assert.equal(passed.status, 200)
        assert.equal(deployed().upstream.seen(path)[0]?.bytes, 5)
      }
    })
  })
}
