import { fileURLToPath } from "node:url"
import { type ExitCode, exitCodes } from "./exit-codes.ts"
import { removeFile, writeFile } from "./folder.ts"
import { type Generated, generated, readGenerated } from "./generated.ts"

const inRepository = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

export interface RenderOptions {
  /** Whether files are only compared: those that are stale are named, and nothing is written. */
  readonly check: boolean
  readonly json: boolean
  /** What is rendered, and where it is read and written; everything in the repository without them. */
  readonly files?: readonly Generated[]
  readonly read?: (path: string) => string
  readonly write?: (path: string, text: string) => void
  readonly remove?: (path: string) => void
}

/** `atlas render`: makes every generated file anew, and removes what is no longer made. Answers with the exit code: 1 where --check found a stale one. */
export async function render({
  check,
  json,
  files,
  read = readGenerated,
  write = (path, text) => writeFile(inRepository(path), text),
  remove = (path) => removeFile(inRepository(path)),
}: RenderOptions): Promise<ExitCode> {
  const all = files ?? (await generated())
  const stale: string[] = []
  const removed: string[] = []
  for (const { path, render: make } of all) {
    const now = read(path)
    const text = await make(now)
    if (text === now) continue
    stale.push(path)
    if (check) continue
    if (text === undefined) {
      removed.push(path)
      remove(path)
    } else write(path, text)
  }
  if (json) process.stdout.write(`${JSON.stringify({ files: all.map(({ path }) => path), stale }, undefined, 2)}\n`)
  else process.stdout.write(describe(all.length, stale, removed, check))
  return check && stale.length > 0 ? exitCodes.failed.code : exitCodes.ok.code
}

function describe(count: number, stale: readonly string[], removed: readonly string[], check: boolean): string {
  if (stale.length === 0) return `All ${count} generated files are as their sources give them\n`
  const done = (path: string) => `${removed.includes(path) ? "Removed" : "Wrote"} ${path}`
  const lines = stale.map((path) => (check ? `${path} is stale: run npm run atlas -- render` : done(path)))
  return `${lines.join("\n")}\n`
}
