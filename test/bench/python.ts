import { type ChildProcessByStdio, execFileSync, spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { once } from "node:events"
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import type { Readable, Writable } from "node:stream"
import { fileURLToPath } from "node:url"
import type { Problem } from "../../app/optimizer/problem.ts"
import { openState } from "../../infra/targets/local/state.ts"
import type { Python } from "./results.ts"

const sources = fileURLToPath(new URL("python/", import.meta.url))
const installSeconds = 240

/** One thread each: SciPy's BLAS is several times slower where its threads wait for one another's core. */
export const pythonEnvironment = { PATH: process.env.PATH, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" }

/** A Python with the benchmark's packages, or why there is none. */
export type Interpreter = Python & { readonly command: string }

/**
 * Makes a virtual environment in the state folder, with exactly the packages of requirements.txt; one that is there
 * already is taken. Without Python, or without a package index, it says why, and the peers are left out.
 */
export function openPython(): Interpreter {
  const folder = join(openState().folder("bench"), "venv")
  const command = join(folder, "bin", "python")
  const requirements = join(sources, "requirements.txt")
  const stamp = join(folder, "requirements.sha256")
  const wanted = createHash("sha256").update(readFileSync(requirements)).digest("hex")
  try {
    if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
      rmSync(folder, { recursive: true, force: true })
      run("python3", ["-m", "venv", folder])
      run(command, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements])
      writeFileSync(stamp, wanted)
    }
    return { command, versions: versionsOf(command) }
  } catch (error) {
    const why = error instanceof Error ? error.message.trim().split("\n").slice(0, 3).join(" ") : String(error)
    return { command, missing: `no Python with the packages of test/bench/python/requirements.txt: ${why}` }
  }
}

function run(command: string, args: readonly string[]): string {
  return execFileSync(command, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: installSeconds * 1000,
  })
}

function versionsOf(command: string): Record<string, string> {
  const names = ["scipy", "numpy", "fastapi", "uvicorn"]
  const ask = `import json, platform; from importlib.metadata import version
print(json.dumps({"python": platform.python_version(), **{name: version(name) for name in ${JSON.stringify(names)}}}))`
  return JSON.parse(run(command, ["-c", ask]))
}

export interface Ask {
  readonly method: "slsqp" | "linprog" | "grid"
  readonly problem: Problem
  readonly segments: number
  readonly unit: number
  readonly limitSeconds: number
  readonly repeatSeconds: number
  readonly mostRepeats: number
}

export type Said = { readonly milliseconds: number; readonly allocation: number[] } | { readonly error: string }

export interface PythonSolver {
  /** The peer's answer with its time; an error where its limit passed. */
  ask(what: Ask): Promise<Said>
  close(): void
}

/** Beyond its own limit a solve may stay this long within one step, where it cannot look at the clock. */
const graceSeconds = 10

/** Starts test/bench/python/solve.py: one question at a time. One that does not come back is ended with its process. */
export function openPythonSolver(command: string): PythonSolver {
  let child: ReturnType<typeof start> | undefined
  return {
    async ask(what) {
      child ??= start(command)
      const late = setTimeout(() => child?.process.kill("SIGKILL"), (what.limitSeconds + graceSeconds) * 1000)
      child.process.stdin.write(`${JSON.stringify(what)}\n`)
      const line = await Promise.race([once(child.lines, "line"), child.closed])
      clearTimeout(late)
      if (Array.isArray(line)) return JSON.parse(line[0])
      child = undefined
      if (line.signal === "SIGKILL") return { error: `stopped after ${what.limitSeconds} s` }
      throw new Error(`test/bench/python/solve.py ended with ${line.code ?? line.signal}: ${line.errors}`)
    },
    close: () => child?.process.stdin.end(),
  }
}

function start(command: string) {
  const process: ChildProcessByStdio<Writable, Readable, Readable> = spawn(command, [join(sources, "solve.py")], {
    env: pythonEnvironment,
    stdio: ["pipe", "pipe", "pipe"],
  })
  let errors = ""
  process.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text
  })
  const lines = createInterface({ input: process.stdout })
  const closed = once(process, "close").then(([code, signal]) => ({ code, signal, errors }))
  return { process, lines, closed }
}

/** The arguments that start the peer's service. */
export const serviceArguments = (port: number, path: string, segments: number): string[] => [
  join(sources, "service.py"),
  String(port),
  path,
  String(segments),
]
