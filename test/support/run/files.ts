import { globSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type FileExit, fileOutcomes, type Outcome } from "./outcome.ts"
import { runCommand } from "./processes.ts"

const reporter = fileURLToPath(new URL("./events.ts", import.meta.url))

/** Far above what any file needs: it ends what hangs. */
const fileLimitSeconds = 300

export interface FileRun {
  readonly file: string
  readonly outcomes: readonly Outcome[]
  readonly milliseconds: number
}

/** The test files that the patterns name, without those of node's own folders; each once, in a fixed order. */
export function findTestFiles(root: string, patterns: readonly string[]): string[] {
  return [...new Set(patterns.flatMap((pattern) => globSync(pattern, { cwd: root })))]
    .filter((file) => file.endsWith(".test.ts"))
    .sort()
}

/**
 * Runs test files, each in a process of its own, `concurrency` at a time in the order given. A file's own child
 * processes inherit `env`, and with it where coverage is written.
 */
export async function runFiles(
  root: string,
  files: readonly string[],
  options: {
    concurrency: number
    env: NodeJS.ProcessEnv
    /** Folder for the events of each file. */
    scratch: string
    onFile: (run: FileRun) => void
  },
): Promise<Outcome[]> {
  const waiting = [...files.entries()]
  const outcomes: Outcome[] = []
  const runNext = async (): Promise<void> => {
    const next = waiting.shift()
    if (next === undefined) return
    const [index, file] = next
    const started = performance.now()
    const found = await runFile(root, file, join(options.scratch, `${index}.jsonl`), options.env)
    outcomes.push(...found)
    options.onFile({ file, outcomes: found, milliseconds: performance.now() - started })
    await runNext()
  }
  await Promise.all(Array.from({ length: options.concurrency }, runNext))
  return outcomes
}

async function runFile(root: string, file: string, events: string, env: NodeJS.ProcessEnv): Promise<Outcome[]> {
  const args = [`--test-reporter=${reporter}`, `--test-reporter-destination=${events}`, file]
  const result = await runCommand(process.execPath, args, { cwd: root, env, limitSeconds: fileLimitSeconds })
  const exit: FileExit = { file, ...result }
  // A process that ended early has written no events.
  const lines = await readFile(events, "utf8").catch(() => "")
  return fileOutcomes(lines, exit)
}
