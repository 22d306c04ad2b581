import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Context } from "../../../infra/targets/local/context.ts"
import type { Created } from "../../../infra/targets/local/engine.ts"
import { identify } from "../../../infra/targets/local/identity.ts"
import { openRun, readRecords } from "../../../infra/targets/local/records.ts"
import { openState } from "../../../infra/targets/local/state.ts"

/** A provider's context on a state folder of its own. */
export interface TestContext {
  readonly context: Context
  /** What the parts have told the reader, as "name: text". */
  readonly said: readonly string[]
  /** Answers with the first thing said that fits, once it is said. */
  heard(pattern: RegExp): Promise<string>
  /** Pids on record that are running. */
  running(): number[]
  /** Remembers what was created, so that `close` removes it even when the test fails before it does. */
  track<Part extends Created>(created: Part): Part & { remove(): Promise<void> }
  /** Removes what is tracked, frees the run and, unless told otherwise, removes the folder. */
  close(options?: { keep?: boolean }): Promise<void>
}

export const newFolder = (): string => mkdtempSync(join(tmpdir(), "atlas-local-"))

export async function openContext(folder = newFolder()): Promise<TestContext> {
  const state = openState({ ATLAS_STATE: folder })
  const run = await openRun(state.path, 5)
  const said: string[] = []
  const tracked: (() => Promise<void>)[] = []
  const waiting = new Set<() => void>()
  const say = (name: string, text: string) => {
    said.push(`${name}: ${text}`)
    for (const look of waiting) look()
  }
  const never = new AbortController().signal
  return {
    context: { state, records: run.records, signal: never, hurry: never, say },
    said,
    heard: (pattern) =>
      new Promise((resolve) => {
        const look = () => {
          const found = said.find((line) => pattern.test(line))
          if (found === undefined) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
      }),
    running: () =>
      readRecords(join(folder, "run.json")).flatMap(({ pid }) => (identify(pid) === undefined ? [] : [pid])),
    track: (created) => {
      const remove = created.remove ?? (async () => undefined)
      tracked.push(remove)
      return { ...created, remove }
    },
    close: async ({ keep = false } = {}) => {
      for (const remove of tracked.reverse()) await remove()
      run.release()
      if (!keep) rmSync(folder, { recursive: true, force: true })
    },
  }
}
