import assert from "node:assert/strict"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { after, before, describe, test } from "node:test"
import { root } from "../../support/repository.ts"
import { readCoverage } from "../../support/run/coverage.ts"
import { findTestFiles, runFiles } from "../../support/run/files.ts"
import { runCommand, seesProcesses } from "../../support/run/processes.ts"

const noProcesses = seesProcesses ? false : "processes that outlive their test can be seen only on Linux"

/** A little repository: sources, one never loaded, and test files that end in every way. */
const tree = {
  "package.json": '{ "type": "module" }',
  "app/loaded.ts": `/** é 😀 */
export interface Erased {
  a: string // ü
}

export function used(x: number): number {
  if (x > 100) {
    return x as number
  }
  return x + 1
}

export function childOnly(): string {
  return "from a child"
}
`,
  "app/never.ts": "export const never = 1\nexport const ever = 2\n",
  "app/dist/bundle.js": "export {}\n",
  "test/good.test.ts": `import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { test } from "node:test"
import { used } from "../app/loaded.ts"
test("passes", () => assert.equal(used(1), 2))
test("in a child", () => {
  const script = 'import("./app/loaded.ts").then((m) => console.log(m.childOnly()))'
  assert.equal(execFileSync(process.execPath, ["-e", script], { encoding: "utf8" }), "from a child\\n")
})
`,
  "test/bad.test.ts": `import { test } from "node:test"
test("fails", () => { throw new Error("boom") })
test("is not run", { skip: "there is no moon" }, () => {})
`,
  "test/broken.test.ts": 'throw new Error("cannot load")\n',
  "test/empty.test.ts": "",
  "test/left.test.ts": `import { spawn } from "node:child_process"
import { test } from "node:test"
test("leaves a child", () => { spawn("sleep", ["3600"], { stdio: "ignore" }).unref() })
`,
}

describe("running test files", () => {
  let folder = ""
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "atlas-run-"))
    for (const [path, text] of Object.entries(tree)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  async function run(files: readonly string[]) {
    // Without the mark of the runner that runs this file: Node would take the inner files for part of it.
    const env = { ...process.env, NODE_TEST_CONTEXT: undefined, NODE_V8_COVERAGE: join(folder, "raw") }
    const seen: string[] = []
    const onFile = ({ file }: { file: string }) => seen.push(file)
    const outcomes = await runFiles(folder, files, { concurrency: 2, env, scratch: folder, onFile })
    assert.deepEqual(seen.toSorted(), [...files].toSorted())
    return outcomes.map(({ file, name, result, message }) => ({ file, name, result, first: message?.split("\n")[0] }))
  }

  test("files are found by path and pattern, each once", () => {
    assert.deepEqual(findTestFiles(folder, ["test/g*.test.ts", "test/good.test.ts", "test/bad.test.ts", "app/*.ts"]), [
      "test/bad.test.ts",
      "test/good.test.ts",
    ])
  })

  test("each outcome is told, and what breaks a file breaks only that file", async () => {
    const outcomes = await run(["test/bad.test.ts", "test/broken.test.ts", "test/empty.test.ts"])
    assert.deepEqual(
      outcomes.toSorted((a, b) => (a.file < b.file ? -1 : 1)),
      [
        { file: "test/bad.test.ts", name: "fails", result: "failed", first: "Error: boom" },
        { file: "test/bad.test.ts", name: "is not run", result: "skipped", first: "there is no moon" },
        { file: "test/broken.test.ts", name: "the file", result: "failed", first: "ended with exit code 1" },
        { file: "test/empty.test.ts", name: "the file", result: "failed", first: "ran no test" },
      ],
    )
  })

  test("what a file leaves running is a failure", { skip: noProcesses }, async () => {
    assert.deepEqual(await run(["test/left.test.ts"]), [
      { file: "test/left.test.ts", name: "leaves a child", result: "passed", first: undefined },
      { file: "test/left.test.ts", name: "the file", result: "failed", first: "left running what it started:" },
    ])
  })

  test("coverage counts children, lines as they stand in the source, and files that nothing loads", async () => {
    const outcomes = await run(["test/good.test.ts"])
    assert.deepEqual(
      outcomes.map(({ result }) => result),
      ["passed", "passed"],
    )
    const { files, percent } = await readCoverage(folder, join(folder, "raw"), join(folder, "report"))
    // Lines 8 and 9 of loaded.ts, and all of never.ts; the bundle is left out.
    assert.deepEqual(
      files.toSorted((a, b) => a.total - b.total),
      [
        { file: "app/never.ts", total: 2, covered: 0 },
        { file: "app/loaded.ts", total: 15, covered: 13 },
      ],
    )
    assert.equal(percent, (100 * 13) / 17)
  })
})

describe("commands", () => {
  const options = { cwd: root, env: process.env, limitSeconds: 60 }

  test("answer with exit code and all that was written", async () => {
    const script = "console.log('out'); console.error('err'); process.exitCode = 3"
    const { code, output, late } = await runCommand(process.execPath, ["-e", script], options)
    assert.deepEqual(
      { code, lines: output.split("\n").toSorted(), late },
      { code: 3, lines: ["", "err", "out"], late: false },
    )
    await assert.rejects(runCommand(join(root, "none"), [], options), /ENOENT/)
  })

  test("are ended at their limit, with what they started", async () => {
    const script = "require('child_process').spawn('sleep', ['3600']); setInterval(() => {}, 1000)"
    const { late, signal, leftRunning } = await runCommand(process.execPath, ["-e", script], {
      ...options,
      limitSeconds: 0.5,
    })
    assert.deepEqual({ late, signal, leftRunning }, { late: true, signal: "SIGTERM", leftRunning: [] })
  })
})
