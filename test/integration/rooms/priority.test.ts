import assert from "node:assert/strict"
import { getPriority } from "node:os"
import { describe, it } from "node:test"
import { Worker } from "node:worker_threads"

describe("a thread of long work", { skip: process.platform !== "linux" }, () => {
  for (const file of ["results/solver-thread.ts", "models/fit/fit-thread.ts"])
    it(`yields to the event loop's thread, whose priority stays: ${file}`, async () => {
      const before = getPriority()
      const module = new URL(`../../../app/${file}`, import.meta.url)
      const source = `
        const { parentPort } = require("node:worker_threads")
        import(${JSON.stringify(module.href)}).then(() => parentPort.postMessage(require("node:os").getPriority()))`
      const worker = new Worker(source, { eval: true })
      try {
        const seen = await new Promise((resolve, reject) => {
          worker.once("message", resolve)
          worker.once("error", reject)
        })
        assert.equal(seen, Math.max(before, 10))
        assert.equal(getPriority(), before)
      } finally {
        await worker.terminate()
      }
    })
})
