import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { join, relative } from "node:path"
import { transformSync } from "esbuild"
import Type, { type Static } from "typebox"
import { Value } from "typebox/value"
import { runCommand } from "./processes.ts"

const require = createRequire(import.meta.url)

const Lines = Type.Object({ total: Type.Integer(), covered: Type.Integer() })
const Summary = Type.Record(Type.String(), Type.Object({ lines: Lines }))

export interface FileCoverage {
  readonly file: string
  readonly total: number
  readonly covered: number
}

export interface Coverage {
  /** Share of covered lines, 0–100. */
  readonly percent: number
  /** Least covered lines first: those are the files where a test earns most. */
  readonly files: readonly FileCoverage[]
}

/**
 * What the processes of a run covered of app and infra, by lines. `raw` is the folder that was their NODE_V8_COVERAGE;
 * `report` receives the pages to read. c8 counts what no process loaded as not covered (--all). Type stripping keeps
 * every character's place, so V8's offsets fit the sources as they are, with no source map.
 */
export async function readCoverage(root: string, raw: string, report: string): Promise<Coverage> {
  const c8 = require.resolve("c8/bin/c8.js")
  const reporters = ["json-summary", "html"].flatMap((name) => ["--reporter", name])
  // Source maps of packages that app and infra do not own are none of c8's business; app/dist is the bundle.
  const include = ["--include", "app/**", "--include", "infra/**", "--exclude", "app/dist/**"]
  const places = ["--all", "--src", root, "--temp-directory", raw, "--reports-dir", report]
  const args = [c8, "report", ...places, ...include, "--extension", ".ts", "--extension", ".js", ...reporters]
  const { code, output } = await runCommand(process.execPath, args, { cwd: root, env: process.env, limitSeconds: 120 })
  if (code !== 0) throw new Error(`c8 could not make its report: ${output}`)
  const summary: unknown = JSON.parse(await readFile(join(report, "coverage-summary.json"), "utf8"))
  if (!Value.Check(Summary, summary)) throw new Error("c8's summary does not have the shape that is read here.")
  const paths = Object.keys(summary).filter((path) => path !== "total")
  const texts = await Promise.all(paths.map(async (path) => [path, await readFile(path, "utf8")] as const))
  return coverageOf(root, summary, new Set(texts.filter(([, text]) => isOnlyTypes(text)).map(([path]) => path)))
}

/** Whether nothing of a source is left once its types are erased: no process loads it, and there is nothing to run. */
export function isOnlyTypes(text: string): boolean {
  // Imports and exports of values stay, as they do when node strips the types.
  const tsconfigRaw = { compilerOptions: { verbatimModuleSyntax: true } }
  return transformSync(text, { loader: "ts", legalComments: "none", tsconfigRaw }).code.trim() === ""
}

/**
 * Sums up by the lines of all files but those in `without`, which are listed by their whole path as the summary's are.
 * c8's own total is left out: it is rounded and knows no such files.
 */
export function coverageOf(root: string, summary: Static<typeof Summary>, without: ReadonlySet<string>): Coverage {
  const files = Object.entries(summary)
    .filter(([path]) => path !== "total" && !without.has(path))
    .map(([path, { lines }]) => ({ file: relative(root, path), total: lines.total, covered: lines.covered }))
    .sort((a, b) => b.total - b.covered - (a.total - a.covered))
  const sum = (of: (file: FileCoverage) => number) => files.reduce((all, file) => all + of(file), 0)
  const total = sum((file) => file.total)
  return { percent: total === 0 ? 0 : (100 * sum((file) => file.covered)) / total, files }
}
