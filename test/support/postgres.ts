import { type ChildProcess, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before } from "node:test"
import pg from "pg"
import { readyBinaries } from "../../infra/targets/local/postgres-binaries.ts"
import { initializeCluster } from "../../infra/targets/local/postgres-cluster.ts"
import { openState } from "../../infra/targets/local/state.ts"
import { freePort } from "./ports.ts"

/**
 * A real Postgres for tests. With TEST_DATABASE_ADMIN_URL set, each caller gets a fresh database on that server;
 * otherwise each starts a server of its own from the binaries of the local target, in a folder that is removed
 * afterwards.
 */
export interface TestPostgres {
  /** Connection URL of an empty database that belongs to this caller alone. */
  readonly url: string
  /** Ends everything that was started or created. */
  close(): Promise<void>
}

/** A server of the caller's own, which it may take down and bring back on the same port and data. */
export interface TestServer extends TestPostgres {
  stop(): Promise<void>
  start(): Promise<void>
}

/** No superuser, like the role of a real stack; it may make databases, so that one server can serve many tests. */
const role = "atlas"

/** A fresh database: on the shared server when there is one, else on a server of its own. */
export async function startPostgres(): Promise<TestPostgres> {
  const adminUrl = process.env.TEST_DATABASE_ADMIN_URL
  return adminUrl === undefined ? startServer() : createDatabase(adminUrl)
}

/** Registers hooks on the enclosing suite: `url()` is the connection URL while its tests run. */
export function withPostgres(): { url(): string } {
  let postgres: TestPostgres | undefined
  before(async () => {
    postgres = await startPostgres()
  })
  after(async () => {
    await postgres?.close()
  })
  return {
    url() {
      if (postgres === undefined) throw new Error("The database's URL is known only while the suite's tests run.")
      return postgres.url
    },
  }
}

/**
 * Starts a server of the caller's own, whatever the environment offers. Nothing that a test writes has to outlive the
 * machine; whoever measures how long writing takes asks for what does.
 */
export async function startServer({ durable = false }: { durable?: boolean } = {}): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), "atlas-postgres-"))
  const state = openState({ ATLAS_STATE: folder })
  const binaries = await readyBinaries(state)
  const data = join(state.folder("postgres", state.postgresUser), "data")
  const password = state.secret("password", 32)
  await initializeCluster(binaries, data, { role, password }, { state, signal: new AbortController().signal })
  const port = await freePort()
  let running: ChildProcess | undefined
  const kill = () => running?.kill("SIGQUIT")
  process.once("exit", kill)

  const server: TestServer = {
    url: `postgres://${role}:${password}@127.0.0.1:${port}/${role}`,
    async start() {
      if (running !== undefined) return
      const settings = [
        `port=${port}`,
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=300",
        `fsync=${durable ? "on" : "off"}`,
      ]
      running = spawn(binaries.postgres, ["-D", data, ...settings.flatMap((setting) => ["-c", setting])], {
        stdio: ["ignore", "ignore", "pipe"],
        cwd: data,
        env: { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" },
        ...state.postgresUser,
      })
      await readyLine(running)
    },
    async stop() {
      const child = running
      if (child === undefined) return
      running = undefined
      const exited = once(child, "exit")
      child.kill("SIGINT")
      await exited
    },
    async close() {
      await server.stop()
      process.removeListener("exit", kill)
      await rm(folder, { recursive: true, force: true })
    },
  }
  await server.start()
  const superuser = `postgres:${state.secret("superuser-password", 32)}`
  await query(`postgres://${superuser}@127.0.0.1:${port}/postgres`, `ALTER ROLE ${role} CREATEDB`)
  return server
}

async function createDatabase(adminUrl: string): Promise<TestPostgres> {
  const name = `test_${randomBytes(8).toString("hex")}`
  await query(adminUrl, `CREATE DATABASE ${name}`)
  const url = new URL(adminUrl)
  url.pathname = `/${name}`
  return {
    url: url.href,
    async close() {
      await query(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    },
  }
}

/** Ends every session of a database that holds an advisory lock. */
export async function endLockHolders(url: string): Promise<void> {
  await query(
    url,
    `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  )
}

/** The rows of one statement, on a connection of its own. */
export async function query<Row extends object>(url: string, statement: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(statement)).rows
  } finally {
    await client.end()
  }
}

function readyLine(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = ""
    child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      output = (output + chunk).slice(-4000)
      if (output.includes("ready to accept connections")) resolve()
    })
    child.once("exit", (code) => reject(new Error(`Postgres ended with ${code} before it was ready:\n${output}`)))
    child.once("error", reject)
  })
}
