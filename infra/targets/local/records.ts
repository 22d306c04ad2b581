import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import Type, { type Static } from "typebox"
import { Check } from "typebox/value"
import { identify, isRunning, type ProcessIdentity } from "./identity.ts"
import { stopSurvivor } from "./signals.ts"

/** What `up` has started, on disk, so that the next `up` can stop it when this one was killed. */

const Identity = Type.Object({ pid: Type.Integer({ minimum: 2 }), started: Type.String({ minLength: 1 }) })

const Records = Type.Array(
  Type.Object({
    name: Type.String(),
    pid: Type.Integer({ minimum: 2 }),
    started: Type.String({ minLength: 1 }),
    stopSignal: Type.Union([Type.Literal("SIGTERM"), Type.Literal("SIGINT")]),
  }),
)

export type RunRecord = Static<typeof Records>[number]

export interface RunRecords {
  /** Written before it returns. */
  add(name: string, pid: number, stopSignal: NodeJS.Signals): void
  remove(pid: number): void
}

/** Another `up` holds the state folder. */
export class AlreadyUpError extends Error {
  readonly pid: number

  constructor(pid: number, folder: string) {
    super(
      `Another "up" of this clone is running as process ${pid} (state in ${folder}). ` +
        `Use it, or stop it first with Ctrl-C in its terminal or: kill ${pid}`,
    )
    this.name = "AlreadyUpError"
    this.pid = pid
  }
}

export interface Run {
  readonly records: RunRecords
  /** Survivors of an `up` that was killed, by name; they have been stopped. */
  readonly recovered: readonly string[]
  /** Gives the state folder free. */
  release(): void
}

/**
 * Takes the state folder for this process and stops what an earlier `up` left running. Throws AlreadyUpError when a
 * living process holds it.
 */
export async function openRun(folder: string, survivorGraceSeconds: number): Promise<Run> {
  const lock = join(folder, "up.lock")
  const file = join(folder, "run.json")
  takeLock(lock, folder)
  const survivors = readRecords(file).filter(isRunning)
  // The last started first, as a shutdown would.
  for (const survivor of survivors.toReversed()) {
    await stopSurvivor(survivor, survivor.stopSignal, survivorGraceSeconds)
  }
  let records: readonly RunRecord[] = []
  const write = (next: readonly RunRecord[]) => {
    records = next
    writeAtomically(file, JSON.stringify(records, undefined, 2))
  }
  write([])
  return {
    recovered: survivors.map(({ name }) => name),
    records: {
      add: (name, pid, stopSignal) => {
        const identity = identify(pid)
        if (identity === undefined) return
        write([...records, { name, ...identity, stopSignal: stopSignal === "SIGINT" ? "SIGINT" : "SIGTERM" }])
      },
      remove: (pid) => write(records.filter((record) => record.pid !== pid)),
    },
    release: () => {
      rmSync(file, { force: true })
      rmSync(lock, { force: true })
    },
  }
}

function takeLock(lock: string, folder: string): void {
  const self = identify(process.pid)
  if (self === undefined) throw new Error(`Process ${process.pid} cannot read its own start time`)
  const mine = JSON.stringify(self)
  const draft = `${lock}.${process.pid}`
  writeFileSync(draft, mine, { mode: 0o600 })
  try {
    for (;;) {
      // A link appears whole or not at all, so nobody reads a lock that is half written.
      if (tryLink(draft, lock)) return
      const holder = readIdentity(lock)
      if (holder !== undefined && isRunning(holder)) throw new AlreadyUpError(holder.pid, folder)
      removeStale(lock, holder)
    }
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Moves a dead holder's lock away. Should another `up` have taken it meanwhile, its lock is put back. */
function removeStale(lock: string, holder: ProcessIdentity | undefined): void {
  const away = `${lock}.stale.${process.pid}`
  try {
    renameSync(lock, away)
  } catch {
    return
  }
  const moved = readIdentity(away)
  if (moved !== undefined && moved.started !== holder?.started) tryLink(away, lock)
  rmSync(away, { force: true })
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false
    throw error
  }
}

function readIdentity(path: string): ProcessIdentity | undefined {
  const value = readJson(path)
  return Check(Identity, value) ? value : undefined
}

/** Unreadable records count as none: nothing is stopped on a guess. */
export function readRecords(path: string): readonly RunRecord[] {
  const value = readJson(path)
  return Check(Records, value) ? value : []
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"))
  } catch {
    return undefined
  }
}

function writeAtomically(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}
