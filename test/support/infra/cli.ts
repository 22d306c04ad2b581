import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { cpSync, existsSync, readdirSync, readlinkSync, realpathSync, symlinkSync } from "node:fs"
import { basename, delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"

export const clone = fileURLToPath(new URL("../../../", import.meta.url)).replace(/\/$/, "")

export interface CliOptions {
  readonly state?: string
  readonly folder?: string
  /** Folders of PATH; the installed Node's is always first. */
  readonly path?: readonly string[]
  readonly user?: { readonly uid: number; readonly gid: number }
  readonly node?: string
  readonly environment?: Readonly<Record<string, string>>
}

export interface Cli {
  readonly process: ChildProcess
  stdout(): string
  stderr(): string
  /** Answers once the pattern stands in what was written to either; fails when the command ends before. */
  shows(pattern: RegExp): Promise<void>
  /** Exit code, or the signal's name. */
  readonly ended: Promise<number | string>
}

/** Starts a command of `atlas` as a user would, without the variables of the test runner. */
export function startCli(args: readonly string[], options: CliOptions = {}): Cli {
  const folder = options.folder ?? clone
  const path = options.path ?? (process.env.PATH ?? "").split(delimiter)
  const child = spawn(options.node ?? process.execPath, [join(folder, "infra", "cli", "bin.js"), ...args], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: [join(folder, "node_modules", ".bin"), ...path].join(delimiter),
      ...(options.state === undefined ? {} : { ATLAS_STATE: options.state }),
      // The coverage of the command counts with that of the tests.
      ...(process.env.NODE_V8_COVERAGE === undefined || options.user !== undefined
        ? {}
        : { NODE_V8_COVERAGE: process.env.NODE_V8_COVERAGE }),
      ...options.environment,
    },
    ...options.user,
  })
  const written = { stdout: "", stderr: "" }
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream]?.setEncoding("utf8").on("data", (text: string) => {
      written[stream] += text
      child.emit("shown")
    })
  }
  const ended = once(child, "close").then(([code, signal]: (number | string)[]) => code ?? signal ?? "unknown")
  return {
    process: child,
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    ended,
    shows: async (pattern) => {
      let over = false
      ended.finally(() => {
        over = true
        child.emit("shown")
      })
      while (!pattern.test(written.stdout + written.stderr)) {
        if (over) throw new Error(`It ended without showing ${pattern}:\n${written.stdout}${written.stderr}`)
        await once(child, "shown")
      }
    },
  }
}

/** Far above what a command takes: one that hangs is stopped, so that its output is in the report. */
const limitSeconds = 60

export async function runCli(args: readonly string[], options: CliOptions = {}) {
  const cli = startCli(args, options)
  const limit = setTimeout(() => cli.process.kill("SIGTERM"), limitSeconds * 1000)
  const code = await cli.ended
  clearTimeout(limit)
  return { code, stdout: cli.stdout(), stderr: cli.stderr(), output: cli.stdout() + cli.stderr() }
}

/** Pids of the processes that work in the state folder: every part does. Only Linux tells. */
export function processesIn(state: string): number[] {
  if (process.platform !== "linux" || !existsSync(state)) return []
  const folder = realpathSync(state)
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const works = readlinkSync(`/proc/${name}/cwd`)
      return works === folder || works.startsWith(`${folder}/`) ? [Number(name)] : []
    } catch {
      return []
    }
  })
}

/** What is no source: brought, made or kept by this machine. */
const notSources = ["node_modules", ".git", ".atlas", "dist", "coverage"]

/** The sources alone, as files of their own that may be changed, on this clone's packages. */
export function copySources(to: string): void {
  cpSync(clone, to, { recursive: true, filter: (from) => !notSources.includes(basename(from)) })
  symlinkSync(join(clone, "node_modules"), join(to, "node_modules"))
}

/**
 * A second clone: folders of its own, whose files are hard links where the file system allows it. Only the folders get
 * the owner, because a link's owner is also the original's.
 */
export function copyClone(to: string, owner?: { uid: number; gid: number }): void {
  try {
    execFileSync("cp", ["-al", clone, to], { stdio: "pipe" })
  } catch (error) {
    if (!String(error).includes("cross-device")) throw error
    execFileSync("rm", ["-rf", to])
    execFileSync("cp", ["-a", clone, to])
  }
  for (const own of [".atlas", ".git"]) execFileSync("rm", ["-rf", join(to, own)])
  if (owner !== undefined) {
    execFileSync("find", [to, "-type", "d", "-exec", "chown", `${owner.uid}:${owner.gid}`, "{}", "+"])
  }
}
