import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import type { TestContext } from "node:test"
import { build } from "../../app/build.ts"
import type { Command } from "../../app/contract/roles.ts"

/** Built once for each test file: the same source gives the same bytes. */
let built: ReturnType<typeof build> | undefined

/** A process of the bundle, as an image would run it, with its log. */
export interface BundleProcess {
  readonly child: ChildProcess
  readonly lines: Record<string, unknown>[]
  /** The first log line that fits, now or later; rejects when the process ends without one. */
  line(fits: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>
  /** What was written to standard error so far. */
  errors(): string
  /** Signals the process and waits for its end. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

/** Starts `node atlas.js COMMAND` with these variables and no other of ours; it does not outlive the test. */
export async function startBundle(
  test: TestContext,
  command: Command,
  environment: Record<string, string>,
): Promise<BundleProcess> {
  built ??= build()
  const { entry } = await built
  const coverage = process.env.NODE_V8_COVERAGE
  const child = spawn(process.execPath, [entry, command], {
    env: { PATH: process.env.PATH, ...(coverage ? { NODE_V8_COVERAGE: coverage } : {}), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  })
  test.after(() => child.kill("SIGKILL"))
  const lines: Record<string, unknown>[] = []
  const waiting = new Set<() => void>()
  const wake = () => {
    for (const look of waiting) look()
  }
  let errors = ""
  let hasExited = false
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text
  })
  createInterface({ input: child.stdout }).on("line", (text) => {
    lines.push(JSON.parse(text))
    wake()
  })
  const exited = once(child, "close").then(([code, signal]) => {
    hasExited = true
    wake()
    return { code, signal }
  })
  return {
    child,
    lines,
    exited,
    errors: () => errors,
    line(fits) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.find(fits)
          if (!found && !hasExited) return
          waiting.delete(look)
          if (found) resolve(found)
          else reject(new Error(`The process ended without the line. Its log: ${JSON.stringify(lines)} ${errors}`))
        }
        waiting.add(look)
        look()
      })
    },
    end(signal) {
      child.kill(signal)
      return exited
    },
  }
}
