import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, test } from "node:test"
import { commandLine, identify, isRunning } from "../../../infra/targets/local/identity.ts"
import { AlreadyUpError, openRun, readRecords } from "../../../infra/targets/local/records.ts"

let folder: string
const started: ChildProcess[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "atlas-records-"))
})

afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL")
      await once(child, "exit")
    }
  }
  rmSync(folder, { recursive: true, force: true })
})

/** A program that ends only when it is told to. */
async function startSleeper(onTerm: "end" | "ignore" = "end"): Promise<number> {
  const code = `${onTerm === "ignore" ? 'process.on("SIGTERM", () => {});' : ""} setInterval(() => {}, 1e6); console.log("up")`
  const child = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "pipe", "inherit"] })
  started.push(child)
  assert.ok(child.stdout && child.pid)
  await once(child.stdout, "data")
  return child.pid
}

test("a process is known by pid and start time, and unknown once it has ended", async () => {
  const pid = await startSleeper()
  const identity = identify(pid)
  assert.ok(identity)
  assert.equal(identity.pid, pid)
  assert.ok(isRunning(identity))
  assert.equal(isRunning({ ...identity, started: "another time" }), false)
  assert.match(commandLine(pid), /setInterval/)
  const [child] = started
  assert.ok(child)
  child.kill("SIGKILL")
  await once(child, "exit")
  assert.equal(isRunning(identity), false)
  assert.equal(identify(pid), undefined)
  assert.equal(commandLine(pid), "")
})

test("what is started is on disk at once, readable by its owner only, and gone when it has ended", async () => {
  const run = await openRun(folder, 1)
  const pid = await startSleeper()
  run.records.add("api", pid, "SIGTERM")
  const file = join(folder, "run.json")
  const [record, ...more] = readRecords(file)
  assert.ok(record)
  assert.deepEqual([record.name, record.pid, record.stopSignal, more], ["api", pid, "SIGTERM", []])
  assert.deepEqual({ pid, started: record.started }, identify(pid))
  assert.equal(statSync(file).mode & 0o777, 0o600)
  run.records.remove(pid)
  assert.deepEqual(readRecords(file), [])
  run.release()
  assert.equal(existsSync(file), false)
  assert.equal(existsSync(join(folder, "up.lock")), false)
})

test("a second run in the same folder is refused with the pid of the first", async () => {
  const run = await openRun(folder, 1)
  await assert.rejects(openRun(folder, 1), (error: unknown) => {
    assert.ok(error instanceof AlreadyUpError)
    assert.equal(error.pid, process.pid)
    assert.match(error.message, new RegExp(`^Another "up" of this clone is running as process ${process.pid} `))
    return true
  })
  run.release()
  const again = await openRun(folder, 1)
  again.release()
})

test("survivors of a killed run are stopped, the last first, even when they ignore the polite signal", async () => {
  const pids = [await startSleeper(), await startSleeper("ignore")]
  const identities = pids.map((pid) => identify(pid))
  const records = identities.map((identity, index) => ({ name: `part-${index}`, ...identity, stopSignal: "SIGTERM" }))
  writeFileSync(join(folder, "run.json"), JSON.stringify(records))
  writeFileSync(join(folder, "up.lock"), JSON.stringify({ pid: 2 ** 22 - 1, started: "long ago" }))
  const exits = Promise.all(started.map((child) => once(child, "exit")))
  const run = await openRun(folder, 0.2)
  assert.deepEqual(run.recovered, ["part-0", "part-1"])
  assert.deepEqual(await exits, [
    [null, "SIGTERM"],
    [null, "SIGKILL"],
  ])
  run.release()
})

test("a pid that belongs to another process now is left alone", async () => {
  const pid = await startSleeper()
  const record = { name: "api", pid, started: "another time", stopSignal: "SIGTERM" }
  writeFileSync(join(folder, "run.json"), JSON.stringify([record]))
  const run = await openRun(folder, 0.2)
  assert.deepEqual(run.recovered, [])
  assert.ok(identify(pid))
  run.release()
})

test("records that cannot be read stop nothing and do not stand in the way", async () => {
  for (const text of ["", "{", "[1]", '[{"pid": 1, "name": "init", "started": "x", "stopSignal": "SIGTERM"}]']) {
    writeFileSync(join(folder, "run.json"), text)
    writeFileSync(join(folder, "up.lock"), text)
    const run = await openRun(folder, 0.2)
    assert.deepEqual(run.recovered, [])
    assert.equal(JSON.parse(readFileSync(join(folder, "up.lock"), "utf8")).pid, process.pid)
    run.release()
  }
})
