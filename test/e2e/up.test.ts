import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { after, afterEach, beforeEach, test } from "node:test"
import { promisify } from "node:util"
import { farPath } from "../../infra/targets/local/state.ts"
import { type Cli, clone, copyClone, processesIn, runCli, startCli } from "../support/infra/cli.ts"

const isRoot = process.getuid?.() === 0
const nobody = { uid: 65_534, gid: 65_534 }
const pathFolders = (process.env.PATH ?? "").split(delimiter)
const hasProgram = (name: string) => pathFolders.some((folder) => existsSync(join(folder, name)))
const hasRedis = hasProgram("redis-server") || hasProgram("valkey-server")
const rootOnly = { skip: isRoot ? false : "only root can run as another user" }

let state: string
let started: Cli[] = []

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), "atlas-up-"))
})

afterEach(async () => {
  for (const cli of started) {
    cli.process.kill("SIGTERM")
    await cli.ended
  }
  started = []
  for (const pid of processesIn(state)) process.kill(pid, "SIGKILL")
  rmSync(state, { recursive: true, force: true })
})

const copies = mkdtempSync(join(dirname(clone), ".atlas-e2e-"))
after(() => rmSync(copies, { recursive: true, force: true }))

function assertNothingLeft(folder = state) {
  assert.deepEqual(processesIn(folder), [])
  assert.equal(existsSync(join(folder, "up.lock")), false)
  assert.equal(existsSync(join(folder, "run.json")), false)
}

const begin = (...parameters: Parameters<typeof startCli>): Cli => {
  const cli = startCli(...parameters)
  started.push(cli)
  return cli
}

test("up --smoke stands the stack up, tests it and leaves nothing; twice in a row, the second time as JSON", async () => {
  const first = await runCli(["up", "--smoke"], { state })
  assert.equal(first.code, 0, first.stderr)
  const names = ["cache", "database", "release", "gate", "api", "worker", "gateway"]
  for (const name of names) assert.match(first.stdout, new RegExp(`[├└]─ ${name} `))
  const cache = hasRedis ? /cache +Cache +\S+-server on 127\.0\.0\.1:\d+/ : /cache +Cache +in-process: /
  assert.match(first.stdout, cache)
  assertNothingLeft()

  const second = await runCli(["up", "--smoke", "--json"], { state })
  assert.equal(second.code, 0, second.stderr)
  for (const request of ["GET /health ", "GET /api/v1/models ", "POST /api/v1/optimize "])
    for (const { stderr } of [first, second]) assert.ok(stderr.includes(`✓ ${request}`), stderr)
  const result = JSON.parse(second.stdout)
  assert.equal(result.passed, true)
  assert.match(result.url, /^http:\/\/127\.0\.0\.1:\d+$/)
  assert.deepEqual(
    result.checks.map((check: { status: number }) => check.status),
    [200, 200, 200],
  )
  assert.equal(result.logs, join(state, "logs"))
  assertNothingLeft()
})

test("without a Redis on PATH the caches are in-process, which is said", async () => {
  const { code, output } = await runCli(["up", "--smoke"], { state, path: [] })
  assert.equal(code, 0, output)
  assert.match(output, /cache +Cache +in-process: REDIS_URL is not set, and neither redis-server nor valkey-server is/)
  assertNothingLeft()
})

test("up stays until Ctrl-C; a second up is refused; an api or worker that is killed runs again; nothing is left", async () => {
  const cli = begin(["up"], { state })
  await cli.shows(/Stop +Ctrl-C/)
  const curl = /Try +(curl .*)/.exec(cli.stdout())?.[1]
  assert.ok(curl)
  if (hasProgram("curl")) {
    const { stdout } = await promisify(execFile)("sh", ["-c", curl])
    const { allocation } = JSON.parse(stdout)
    assert.equal(allocation.tv + allocation.digital, 300_000)
  }
  const second = await runCli(["up"], { state })
  assert.equal(second.code, 3)
  assert.match(second.stderr, new RegExp(`Another "up" of this clone is running as process ${cli.process.pid} `))
  assert.ok(processesIn(state).length > 0)

  const records: { name: string; pid: number }[] = JSON.parse(readFileSync(join(state, "run.json"), "utf8"))
  for (const name of ["api", "worker"]) {
    const pid = records.find((record) => record.name === name)?.pid
    assert.ok(pid)
    process.kill(pid, "SIGKILL")
    await cli.shows(new RegExp(`! ${name} runs again as process`))
  }

  const [, url] = /^ *URL +(\S+)/m.exec(cli.stdout()) ?? []
  const [, key] = /API key +(\S+)/.exec(cli.stdout()) ?? []
  assert.ok(url && key)
  const smoke = await runCli(["smoke", url, "--json"], { environment: { ATLAS_KEY: key } })
  assert.equal(smoke.code, 0, smoke.output)
  assert.equal(JSON.parse(smoke.stdout).passed, true)
  assert.ok(!smoke.output.includes(key))
  const keyless = await runCli(["smoke", url])
  assert.equal(keyless.code, 1)
  assert.match(keyless.stdout, /✗ POST \/api\/v1\/optimize +401 .*give an API key with --key or ATLAS_KEY/)

  cli.process.kill("SIGINT")
  assert.equal(await cli.ended, 0)
  const order = [...cli.stderr().matchAll(/- (\S+) is stopped/g)].map(([, name]) => name)
  assert.equal(order[0], "gateway")
  assert.ok(order.indexOf("api") < order.indexOf("database"))
  assertNothingLeft()
})

test("an up that is interrupted while it starts leaves nothing and exits 130", async () => {
  const cli = begin(["up"], { state })
  await cli.shows(/✓ database/)
  cli.process.kill("SIGTERM")
  assert.equal(await cli.ended, 130, cli.stderr())
  assertNothingLeft()
})

test("what is left of an up that was killed with -9 is stopped by the next; it stands too where all parts were killed", async () => {
  const cli = begin(["up"], { state })
  await cli.shows(/Stop +Ctrl-C/)
  const survivors = processesIn(state)
  cli.process.kill("SIGKILL")
  assert.equal(await cli.ended, "SIGKILL")
  assert.ok(survivors.length > 0)

  const next = begin(["up"], { state })
  await next.shows(/Stop +Ctrl-C/)
  assert.match(next.stderr(), /! recovery stopped what a killed "up" had left: .*database.*gateway/)
  const stillRunning = new Set(processesIn(state))
  assert.deepEqual(
    survivors.filter((pid) => stillRunning.has(pid)),
    [],
  )
  const records: { pid: number }[] = JSON.parse(readFileSync(join(state, "run.json"), "utf8"))
  next.process.kill("SIGKILL")
  for (const { pid } of records) process.kill(pid, "SIGKILL")
  await next.ended

  const { code, stderr } = await runCli(["up", "--smoke"], { state })
  assert.equal(code, 0, stderr)
  assertNothingLeft()
})

test("ports that are taken are named, and the next are used", async () => {
  const holders = await Promise.all(
    [8080, 8000, 5432].map(async (port) => {
      const server = createServer()
      // Where it is taken already, it is taken.
      await new Promise((resolve) => server.once("error", resolve).listen(port, "127.0.0.1", () => resolve(undefined)))
      return server
    }),
  )
  try {
    const { code, stdout, stderr } = await runCli(["up", "--smoke"], { state })
    assert.equal(code, 0, stderr)
    for (const port of [8080, 8000, 5432])
      assert.match(stdout, new RegExp(`127\\.0\\.0\\.1:\\d+ \\(port ${port} is taken\\)`))
  } finally {
    for (const server of holders) server.close()
  }
})

test("an unprivileged user needs nothing of root's", rootOnly, async () => {
  chmodSync(copies, 0o755)
  const folder = join(copies, "user")
  copyClone(folder, nobody)
  const { code, output } = await runCli(["up", "--smoke"], { folder, user: nobody })
  assert.equal(code, 0, output)
  assertNothingLeft(join(folder, ".atlas"))
})

test("root's clone in a closed home folder works beside another clone", rootOnly, async () => {
  const home = join(copies, "home")
  mkdirSync(home, { mode: 0o700 })
  const folder = join(home, "clone")
  copyClone(folder)
  const far = farPath(folder, 0)
  try {
    const runs = await Promise.all([runCli(["up", "--smoke"], { folder }), runCli(["up", "--smoke"], { state })])
    for (const { code, output } of runs) assert.equal(code, 0, output)
    assert.ok(existsSync(join(far, "postgres", "data", "PG_VERSION")))
    assert.equal(existsSync(join(folder, ".atlas")), false)
    assertNothingLeft(far)
  } finally {
    rmSync(far, { recursive: true, force: true })
  }
})
