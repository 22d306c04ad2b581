import assert from "node:assert/strict"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, describe, it } from "node:test"
import { ProblemError } from "../../../app/problem.ts"
import { openThreads, type Threads } from "../../../app/threads.ts"

/** What one thread takes at a time: one works, and sixteen wait. */
const places = 17

describe("work on threads", () => {
  let folder: string
  let threads: Threads<string, string>

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "atlas-threads-"))
    const file = join(folder, "work.mjs")
    await writeFile(
      file,
      `export default async function (task) {
        if (task === "throw") throw new Error("it went wrong")
        if (task === "stay") await new Promise((resolve) => setTimeout(resolve, 60_000))
        return task
      }\n`,
    )
    threads = openThreads({
      file,
      threads: 1,
      tooLong: (seconds, cause) => new ProblemError("deadline-exceeded", `${seconds} s`, { cause }),
      overloaded: () => new ProblemError("overloaded", "full"),
    })
  })
  after(async () => {
    await threads.close()
    await rm(folder, { recursive: true })
  })

  const codeOf = (error: unknown) => (error instanceof ProblemError ? error.code : String(error))

  it("gives each place back, however the work ended", async () => {
    for (let run = 0; run < places; run++) {
      await assert.rejects(threads.run("throw"), /it went wrong/)
      assert.equal(await threads.run("done"), "done")
      await assert.rejects(threads.run("done", { signal: AbortSignal.abort(new Error("left")) }), /^Error: left$/)
    }
    await assert.rejects(
      threads.run("stay", { timeoutSeconds: 0.05 }),
      (error) => codeOf(error) === "deadline-exceeded",
    )
    assert.equal(await threads.run("done"), "done")
  })

  it("refuses at once what has no place, and takes it when there is one again", async () => {
    const leave = new AbortController()
    const held = Array.from({ length: places }, () => threads.run("stay", { signal: leave.signal }))
    const ended = Promise.allSettled(held)
    await assert.rejects(threads.run("done"), (error) => codeOf(error) === "overloaded")
    leave.abort(new Error("left"))
    assert.ok((await ended).every(({ status }) => status === "rejected"))
    assert.equal(await threads.run("done"), "done")
  })
})
