import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { afterEach, test } from "node:test"
import { commandLine, identify } from "../../../infra/targets/local/identity.ts"
import { createPostgres } from "../../../infra/targets/local/postgres.ts"
import { newFolder, openContext, type TestContext } from "../../support/infra/context.ts"
import { query } from "../../support/postgres.ts"

const inputs = { version: 17, database: "atlas", maxConnections: 33 }

const scenes: TestContext[] = []

async function openScene(folder?: string): Promise<TestContext> {
  const scene = await openContext(folder)
  scenes.push(scene)
  return scene
}

afterEach(async () => {
  for (const scene of scenes.splice(0)) await scene.close()
})

const start = async ({ context, track }: TestContext) => {
  const created = track(await createPostgres("database", inputs, context))
  return { ...created, url: created.outputs.url }
}

test("a real PostgreSQL of the version asked for, whose owner is no superuser, on this machine only", async () => {
  const scene = await openScene()
  const { running } = scene
  const database = await start(scene)
  const [row] = await query(
    database.url,
    `SELECT current_setting('server_version_num')::int / 10000 AS version, current_setting('is_superuser') AS super,
      current_setting('listen_addresses') AS addresses, current_setting('max_connections')::int AS connections,
      current_setting('server_encoding') AS encoding, current_setting('TimeZone') AS zone`,
  )
  assert.deepEqual(row, {
    version: 17,
    super: "off",
    addresses: "127.0.0.1",
    connections: 33,
    encoding: "UTF8",
    zone: "UTC",
  })
  await query(database.url, "CREATE TABLE mine (id int)")
  assert.equal(new URL(database.url).port, String(database.outputs.port))
  assert.deepEqual(database.secrets, ["url"])
  await database.remove()
  assert.deepEqual(running(), [])
})

test("a wrong password is refused, and no password is in the arguments or open to others", async () => {
  const scene = await openScene()
  const { context, running } = scene
  const database = await start(scene)
  const wrong = new URL(database.url)
  const { password } = wrong
  wrong.password = "wrong"
  await assert.rejects(query(wrong.href, "SELECT 1"), /password authentication failed/)
  const [pid] = running()
  assert.ok(pid)
  assert.match(commandLine(pid), /listen_addresses/)
  assert.ok(!commandLine(pid).includes(password))
  assert.equal(statSync(join(context.state.path, "postgres")).mode & 0o077, 0)
  assert.ok(!readFileSync(join(context.state.logs, "database.log"), "utf8").includes(password))
  const hba = readFileSync(join(context.state.path, "postgres", "data", "pg_hba.conf"), "utf8")
  const methods = hba.split("\n").flatMap((line) => (/^(local|host)/.test(line) ? [line.split(/\s+/).at(-1)] : []))
  assert.deepEqual([...new Set(methods)], ["scram-sha-256"])
  await database.remove()
})

test("rows and password outlive a restart", async () => {
  const folder = newFolder()
  const first = await openContext(folder)
  const before = await start(first)
  await query(before.url, "CREATE TABLE kept AS SELECT 42 AS answer")
  await before.remove()
  await first.close({ keep: true })

  const second = await openScene(folder)
  const after = await start(second)
  assert.deepEqual(await query(after.url, "SELECT answer FROM kept"), [{ answer: 42 }])
  assert.equal(new URL(after.url).password, new URL(before.url).password)
})

test("a server that a killed up left behind is stopped though no record names it, and its rows are there", async () => {
  const folder = newFolder()
  const killed = await openContext(folder)
  const before = await createPostgres("database", inputs, killed.context)
  try {
    await query(before.outputs.url, "CREATE TABLE kept AS SELECT 42 AS answer")
    const [orphan] = killed.running()
    assert.ok(orphan)
    // As when up was killed between the start and its record: the files stay, and only the server's own lock tells.
    killed.context.records.remove(orphan)
    await killed.close({ keep: true })

    const after = await start(await openScene(folder))
    assert.equal(identify(orphan), undefined)
    assert.deepEqual(await query(after.url, "SELECT answer FROM kept"), [{ answer: 42 }])
  } finally {
    await before.remove?.()
  }
})

test("a lock file whose process is another, or nothing but unreaped remains, does not stand in the way", async () => {
  const folder = newFolder()
  const first = await openContext(folder)
  await start(first)
  await first.close({ keep: true })
  // The shell's child ends at once, and what took the shell's place never asks what became of it.
  const parent = spawn("sh", ["-c", "true & echo $!; exec sleep 1000"], {
    stdio: ["ignore", "pipe", "inherit"],
    ...first.context.state.postgresUser,
  })
  try {
    const [remains] = await once(parent.stdout, "data")
    assert.ok(parent.pid)
    for (const pid of [Number(remains), parent.pid]) {
      const lock = join(folder, "postgres", "data", "postmaster.pid")
      writeFileSync(lock, `${pid}\n${join(folder, "postgres", "data")}\n0\n5432\n\n127.0.0.1\n\nready\n`)
      const next = await openContext(folder)
      const database = await start(next)
      assert.deepEqual(await query(database.url, "SELECT 1 AS one"), [{ one: 1 }])
      assert.ok(identify(parent.pid))
      await next.close({ keep: true })
    }
  } finally {
    parent.kill("SIGKILL")
    rmSync(folder, { recursive: true, force: true })
  }
})

test("a server that is killed is started again on its port, and committed rows are there", async () => {
  const scene = await openScene()
  const { running, heard, said } = scene
  const database = await start(scene)
  await query(database.url, "CREATE TABLE kept AS SELECT 42 AS answer")
  const [pid] = running()
  assert.ok(pid)
  process.kill(pid, "SIGKILL")
  await heard(/^database: runs again/)
  assert.match(said[0] ?? "", /^database: ended with signal SIGKILL; starts again in 5 s \(log: .*database\.log\)$/)
  assert.deepEqual(await query(database.url, "SELECT answer FROM kept"), [{ answer: 42 }])
  await database.remove()
  assert.deepEqual(running(), [])
})

test("two beside each other each have a port of their own, and a taken port is named", async () => {
  const holder = createServer()
  await new Promise<void>((resolve, reject) => {
    // Somebody else may hold it already; then it is taken as well.
    holder.once("error", (error) => ("code" in error && error.code === "EADDRINUSE" ? resolve() : reject(error)))
    holder.listen(5432, "127.0.0.1", resolve)
  })
  const beside = await Promise.all([openScene(), openScene()])
  const databases = await Promise.all(beside.map(start))
  const ports = databases.map(({ outputs }) => outputs.port)
  assert.equal(new Set([5432, ...ports]).size, 3)
  for (const [index, { note }] of databases.entries()) {
    assert.equal(note, `127.0.0.1:${ports[index]} (port 5432 is taken)`)
  }
  holder.close()
})

test("files of another version are left alone, with a sentence", async () => {
  const scene = await openScene()
  const { context } = scene
  const database = await start(scene)
  await database.remove()
  await assert.rejects(
    createPostgres("database", { ...inputs, version: 18 }, context),
    /are of PostgreSQL 17, and this stack runs 18\. Move that folder away/,
  )
})
