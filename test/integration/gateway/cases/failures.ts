import assert from "node:assert/strict"
import { describe, test } from "node:test"
import type { KongConfig } from "../../../../infra/gateway/schema.ts"
import { configFor, type RunningGateway, type Subject, suiteSpec } from "../subject.ts"
import { drop, fail, stall } from "../upstream.ts"
import { assertOwn, type Deployed, fresh, withKey, words } from "./asks.ts"

const tries = suiteSpec.retries + 1
const kibibyte = "x".repeat(1024)

interface Row {
  readonly what: string
  readonly end: string
  readonly method: string
  readonly body?: string
  readonly chunked?: true
  readonly word?: readonly [number, string]
  readonly tries: number
}

/** What was sent once and may have been done is not sent again; what may be done twice is. */
const rows: readonly Row[] = [
  { what: "drops a GET", end: drop, method: "GET", word: words.failed, tries },
  { what: "drops a PUT", end: drop, method: "PUT", body: kibibyte, word: words.failed, tries },
  {
    what: "drops a PUT of unknown length",
    end: drop,
    method: "PUT",
    body: kibibyte,
    chunked: true,
    word: words.failed,
    tries,
  },
  { what: "drops a DELETE", end: drop, method: "DELETE", word: words.failed, tries },
  { what: "drops a POST", end: drop, method: "POST", body: kibibyte, word: words.failed, tries: 1 },
  { what: "drops a POST without a body", end: drop, method: "POST", word: words.failed, tries: 1 },
  { what: "drops a PATCH", end: drop, method: "PATCH", body: kibibyte, word: words.failed, tries: 1 },
  { what: "keeps a GET waiting", end: stall, method: "GET", word: words.slow, tries },
  { what: "keeps a POST waiting", end: stall, method: "POST", body: "x", word: words.slow, tries: 1 },
  { what: "answers a GET with 503", end: fail, method: "GET", tries: 1 },
  { what: "answers a POST with 503", end: fail, method: "POST", body: "x", tries: 1 },
]

/** An app that fails, and how often it is asked. */
export function failureCases(deployed: () => Deployed): void {
  describe("an app that fails", () => {
    for (const { what, end, method, body, chunked = false, word, tries } of rows) {
      test(`${what}: ${word?.[0] ?? "its own answer"} after ${tries} ${tries === 1 ? "try" : "tries"}`, async () => {
        const path = `${fresh()}/${end}`
        const answer = await withKey(deployed().url, path, { method, chunked, ...(body === undefined ? {} : { body }) })
        if (word) assertOwn(answer, word)
        else assert.deepEqual([answer.status, (answer.json() as { method: string }).method], [503, method])
        const seen = deployed().upstream.seen(path)
        assert.deepEqual(
          seen.map(({ bytes }) => bytes),
          new Array(tries).fill(body?.length ?? 0),
        )
      })
    }

    test("does not listen: 502 whatever the method, and once it does, all is well", async () => {
      const { url, upstream } = deployed()
      await upstream.away(async () => {
        for (const [method, body] of [
          ["GET", undefined],
          ["POST", "x"],
        ] as const) {
          assertOwn(await withKey(url, fresh(), { method, ...(body === undefined ? {} : { body }) }), words.failed)
        }
      })
      assert.equal((await withKey(url, fresh())).status, 200)
    })
  })
}

/** A failure that only another configuration brings. */
export function addressCases(
  subject: Subject,
  using: (config: KongConfig, work: (gateway: RunningGateway) => Promise<void>) => Promise<void>,
): void {
  test("an app whose name nobody knows: 503", { skip: subject.fixed ?? false }, () =>
    using(configFor({ host: "nobody.invalid", port: 80 }), async ({ url }) => {
      assertOwn(await withKey(url, fresh()), words.unknown)
    }),
  )
}
