import assert from "node:assert/strict"
import { test } from "node:test"
import { failureOf } from "../../../infra/targets/local/gateway/upstream.ts"

const error = (code: string, syscall?: string) => Object.assign(new Error(code), { code, syscall })

test("a request counts as sent unless its connection was never made", () => {
  const sent = (cause: Error) => failureOf(new Error("fetch failed", { cause })).sent
  assert.equal(sent(error("ETIMEDOUT", "connect")), false)
  assert.equal(sent(error("ETIMEDOUT", "read")), true)
  assert.equal(sent(error("ETIMEDOUT", "write")), true)
  assert.equal(sent(error("ECONNREFUSED", "connect")), false)
  assert.equal(sent(error("ECONNRESET", "read")), true)
  const { answer, retry } = failureOf(error("ETIMEDOUT", "connect"))
  assert.deepEqual([answer.status, retry], [502, true])
})
