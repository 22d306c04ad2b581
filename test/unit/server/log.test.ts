import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { describe, it } from "node:test"
import { promisify } from "node:util"

const run = promisify(execFile)
const log = new URL("../../../app/server/log.ts", import.meta.url).href

interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
}

/** A process that logs to its standard output as the app does, and what came of it. */
async function processOf(statements: string): Promise<Ended> {
  const script = `import fs from "node:fs"; const { openLog } = await import(${JSON.stringify(log)}); const log = openLog("INFO"); ${statements}`
  try {
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], { timeout: 20_000 })
    return { code: 0, signal: null, stdout }
  } catch (error) {
    const { code, signal, stdout } = error as Ended
    return { code, signal, stdout }
  }
}

const messages = (stdout: string): unknown[] =>
  stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line).message)

describe("the log", { concurrency: true }, () => {
  it("writes the lines of one turn of the event loop together, and those of the next apart", async () => {
    const { stdout } = await processOf(`
      const { writeSync } = fs
      const writes = []
      fs.writeSync = (fd, text, ...rest) => { writes.push(text.trim().split("\\n").length); return writeSync(fd, text, ...rest) }
      for (let k = 0; k < 5; k++) log.info("one")
      setTimeout(() => { log.info("two"); log.warn("two"); setTimeout(() => log.info(JSON.stringify(writes)), 5) }, 5)
    `)
    assert.deepEqual(messages(stdout), ["one", "one", "one", "one", "one", "two", "two", "[5,2]"])
  })

  it("holds no more than 16 KiB, however long a turn takes", async () => {
    const { stdout } = await processOf(`
      const { writeSync } = fs
      let most = 0
      fs.writeSync = (fd, text, ...rest) => { most = Math.max(most, text.length); return writeSync(fd, text, ...rest) }
      for (let k = 0; k < 500; k++) log.info("x".repeat(1000))
      setImmediate(() => setImmediate(() => log.info(String(most))))
    `)
    const told = messages(stdout)
    assert.equal(told.length, 501)
    const most = Number(told.at(-1))
    assert.ok(most > 16_000 && most < 18_000, `${most} characters were written at once`)
  })

  it("loses nothing when the process ends in the turn that logged", async () => {
    const exits = await processOf(`log.info("last"); process.exit(3)`)
    assert.deepEqual([exits.code, messages(exits.stdout)], [3, ["last"]])
    const throws = await processOf(
      `log.info("last"); setTimeout(() => { log.info("later"); throw new Error("uncaught") })`,
    )
    assert.deepEqual([throws.code, messages(throws.stdout)], [1, ["last", "later"]])
  })

  it("writes a fatal line at once, with what came before it", async () => {
    const killed = await processOf(`log.info("before"); log.fatal("fatal"); process.kill(process.pid, "SIGKILL")`)
    assert.deepEqual([killed.signal, messages(killed.stdout)], ["SIGKILL", ["before", "fatal"]])
  })

  it("gives each line its own millisecond", async () => {
    const { stdout } = await processOf(`
      const times = []
      const say = () => { const begun = Date.now(); log.info("one"); times.push([begun, Date.now()]) }
      say()
      while (Date.now() < times[0][1] + 5);
      say()
      log.info(JSON.stringify(times))
    `)
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
    const times: [number, number][] = JSON.parse(lines.at(-1).message)
    assert.deepEqual([lines.length, times.length], [3, 2])
    for (const [k, [begun, ended]] of times.entries()) {
      const { timestamp } = lines[k]
      assert.match(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      const at = Date.parse(timestamp)
      assert.ok(begun <= at && at <= ended, `${timestamp} is not from ${begun} to ${ended}`)
    }
  })

  it("lets the process go on, and end, when nobody reads it any more", async () => {
    const child = execFile(process.execPath, [
      "--input-type=module",
      "-e",
      `const { openLog } = await import(${JSON.stringify(log)}); const log = openLog("INFO");
       process.stdin.once("data", () => { log.info("to nobody"); setTimeout(() => { log.info("nor this"); process.exitCode = 7; process.stdin.destroy() }, 20) })
       process.stderr.write("ready")`,
    ])
    const ended = new Promise((resolve) => child.once("exit", resolve))
    await new Promise((resolve) => child.stderr?.once("data", resolve))
    child.stdout?.destroy()
    child.stdin?.write("go")
    const late = setTimeout(() => child.kill("SIGKILL"), 10_000)
    assert.equal(await ended, 7)
    clearTimeout(late)
  })
})
