import assert from "node:assert/strict"
import { posix } from "node:path"
import type { Limit } from "../../../infra/spec/target.ts"
import { readText } from "../repository.ts"
import { at, type TextFile } from "./text.ts"

/** The roots of paths: only words that begin with one of these are taken for paths. */
const pathWord = /(?<![\w./-])(?:\.ci|\.github|app|docs|infra|test)\/[\w./*@-]*[\w*]/g

/** Paths, links and npm scripts of a page that name nothing. `files` are all files, `scripts` package.json's. */
export function deadNames(page: TextFile, files: readonly string[], scripts: readonly string[]): string[] {
  const folder = posix.dirname(page.path)
  return page.text.split("\n").flatMap((line, index) => {
    const place = at({ path: page.path, line: index + 1 })
    const links = [...line.matchAll(/\]\((?!\w+:|#)([^)#\s]+)/g)].map(([, link]) => posix.join(folder, link ?? ""))
    const paths = [...line.replaceAll(/\]\([^)]*\)/g, "]").matchAll(pathWord)].map(([path]) => path)
    const named = [...line.matchAll(/\bnpm (?:run )?(test|(?<=run )\w[\w:-]*)/g)].map(([, script]) => script ?? "")
    return [
      ...[...new Set([...links, ...paths])]
        .filter((path) => !exists(path, files))
        .map((path) => `${place}: there is no ${path}`),
      ...named.filter((script) => !scripts.includes(script)).map((script) => `${place}: no npm script ${script}`),
    ]
  })
}

/** Whether a path, which may hold `*`, names a file or a folder. */
function exists(path: string, files: readonly string[]): boolean {
  const clean = path.replace(/\/$/, "")
  return files.some(
    (file) =>
      file === clean || file.startsWith(`${clean}/`) || posix.matchesGlob(file, clean) || underGlob(file, clean),
  )
}

const underGlob = (file: string, pattern: string) => pattern.includes("*") && posix.matchesGlob(file, `${pattern}/**`)

/** Rows of the table that has these head cells, in a Markdown page; cells without backticks around them. */
export function tableRows(markdown: string, head: readonly string[]): string[][] {
  const cells = (line: string) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim().replace(/^`(.*)`$/, "$1"))
  const lines = markdown.split("\n")
  const start = lines.findIndex((line) => cells(line).join("|") === head.join("|"))
  if (start < 0) throw new Error(`There is no table with the head ${head.join(", ")}.`)
  const rest = lines.slice(start + 2)
  const end = rest.findIndex((line) => !line.startsWith("|"))
  return rest.slice(0, end < 0 ? rest.length : end).map(cells)
}

/** Fails where the page of a target leaves out a limit, its source or a key. `vendor` is what sources begin with. */
export function assertTargetPage(name: string, limits: readonly Limit[], keys: object, vendor: string): void {
  const page = readText(`docs/targets/${name}.md`)
  for (const { source } of limits) {
    assert.ok(source.startsWith(vendor), source)
    assert.ok(page.includes(`<${source}>`), source)
  }
  assert.deepEqual(
    tableRows(page, ["facet", "difference", "because"]),
    limits.map(({ facet, difference, reason }) => [facet, difference, reason]),
  )
  assert.deepEqual(
    tableRows(page, ["key", "what it is"]).map(([key]) => key),
    Object.keys(keys),
  )
}
