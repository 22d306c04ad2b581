import assert from "node:assert/strict"
import { test } from "node:test"
import type { ScaledWorkload } from "../../../app/scaler/cloud.ts"
import { controlWorkload } from "../../../app/scaler/workload.ts"

const rates = { percentPerMinute: 1000, afterSeconds: 0 }
const scaling = { resource: "any", min: 1, max: 50, signals: { queuedJobs: 1 }, up: rates, down: rates }
const quiet = () => new AbortController().signal

/** One round of a workload at 2 with 9 waiting jobs; what was asked and said. */
async function round(confirm: () => Promise<boolean>, life = quiet(), readCount?: ScaledWorkload["readCount"]) {
  const happened: string[] = []
  const say = (_fields: object, message: string) => happened.push(message)
  const control = controlWorkload({
    name: "worker",
    scaling,
    cloud: {
      readers: [],
      readCount:
        readCount ??
        (async () => ({
          value: 2,
          async set(count) {
            happened.push(`set ${count}`)
            return { done: Promise.resolve() }
          },
        })),
    },
    readers: [{ name: "queue", read: async () => ({ queuedJobs: 9 }) }],
    async confirm() {
      happened.push("confirm")
      return confirm()
    },
    observe: { active: () => undefined, decided: () => undefined, failed: () => happened.push("failed") },
    log: { debug: say, info: say, warn: say, error: say },
    now: () => 0,
  })
  await control.round({ read: quiet(), set: quiet(), life })
  return happened
}

test("the lock is asked for right before the count is set", async () => {
  assert.deepEqual(await round(async () => true), ["What decides has changed", "confirm", "set 9", "The count is set"])
})

test("without the lock nothing is set", async () => {
  assert.deepEqual(await round(async () => false), ["What decides has changed", "confirm"])
})

test("a process that ends neither decides nor calls what it has given up a failure", async () => {
  assert.deepEqual(await round(async () => true, AbortSignal.abort()), [])
  const given = round(
    async () => true,
    AbortSignal.abort(),
    () => Promise.reject(new Error("aborted")),
  )
  assert.deepEqual(await given, [])
})
