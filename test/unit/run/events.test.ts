import assert from "node:assert/strict"
import { Readable } from "node:stream"
import { test } from "node:test"
import type { TestEvent } from "node:test/reporters"
import events from "../../support/run/events.ts"

const event = (type: string, data: object) => ({ type, data }) as TestEvent

/** The lines that the reporter writes for these events. */
async function report(...given: TestEvent[]): Promise<string[]> {
  const lines: string[] = []
  for await (const line of events(Readable.from(given))) lines.push(line)
  return lines
}

test("errors keep message, stack, cause and kind", async () => {
  const error = Object.assign(new Error("outer", { cause: new Error("inner") }), { failureType: "testCodeFailure" })
  const lines = await report(event("test:fail", { details: { error } }))
  const [read] = lines.map((line) => JSON.parse(line) as { type: string; data: { details: { error: typeof error } } })
  assert.equal(read?.type, "test:fail")
  assert.equal(read.data.details.error.message, "outer")
  assert.equal(read.data.details.error.failureType, "testCodeFailure")
  assert.match(String((read.data.details.error.cause as Error).stack), /^Error: inner\n/)
})

test("a process that is idle after its last test is ended, and not while a test is open", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] })
  const exit = t.mock.method(process, "exit", () => undefined)
  const said = t.mock.method(process.stderr, "write", () => true)
  await report(event("test:enqueue", {}), event("test:start", {}))
  t.mock.timers.tick(3_600_000)
  assert.equal(exit.mock.callCount(), 0)
  await report(event("test:enqueue", {}), event("test:complete", {}), event("test:pass", {}))
  t.mock.timers.tick(19_999)
  assert.equal(exit.mock.callCount(), 0)
  t.mock.timers.tick(1)
  const text = String(said.mock.calls[0]?.arguments[0])
  said.mock.restore()
  assert.deepEqual(exit.mock.calls[0]?.arguments, [1])
  assert.match(text, /^All tests were done, but something kept the file alive; active: /)
})
