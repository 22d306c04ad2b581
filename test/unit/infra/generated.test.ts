import assert from "node:assert/strict"
import { test } from "node:test"
import { type Generated, generated, readGenerated } from "../../../infra/cli/generated.ts"
import { render } from "../../../infra/cli/render-command.ts"
import { code, withRows } from "../../../infra/cli/table.ts"

const files = await generated()

test("every generated file is named once", () => {
  const paths = files.map(({ path }) => path)
  assert.equal(new Set(paths).size, paths.length)
  assert.ok(paths.includes("docs/parity.md"))
})

for (const { path, render: make } of files) {
  test(`${path} is what its sources give`, async () => {
    const now = readGenerated(path)
    assert.equal(now === (await make(now)), true, `${path} is stale: run npm run atlas -- render`)
  })
}

/** Over four files, of which one is stale, one is not there and one must not be; what the command prints is caught. */
async function run(context: { mock: typeof import("node:test").mock }, options: { check: boolean; json: boolean }) {
  const texts: Record<string, string> = { "a.md": "a", "b.md": "old", "d.md": "" }
  const made: Generated[] = [
    { path: "a.md", render: () => "a" },
    { path: "b.md", render: async (now) => `${now}, new` },
    { path: "c.md", render: () => "c" },
    { path: "d.md", render: () => undefined },
  ]
  const printed: string[] = []
  const write = context.mock.method(process.stdout, "write", (text: string) => printed.push(text) > 0)
  try {
    const exit = await render({
      ...options,
      files: made,
      read: (path) => texts[path] ?? "",
      write: (path, text) => {
        texts[path] = text
      },
      remove: (path) => {
        delete texts[path]
      },
    })
    return { exit, printed: printed.filter((text) => typeof text === "string").join(""), texts }
  } finally {
    write.mock.restore()
  }
}

test("render writes what is stale, removes what is no longer made, and nothing else", async (context) => {
  const { exit, printed, texts } = await run(context, { check: false, json: false })
  assert.equal(exit, 0)
  assert.equal(printed, "Wrote b.md\nWrote c.md\nRemoved d.md\n")
  assert.deepEqual(texts, { "a.md": "a", "b.md": "old, new", "c.md": "c" })
})

test("render --check names what is stale, writes nothing and exits with 1", async (context) => {
  const { exit, printed, texts } = await run(context, { check: true, json: true })
  assert.equal(exit, 1)
  assert.deepEqual(JSON.parse(printed), { files: ["a.md", "b.md", "c.md", "d.md"], stale: ["b.md", "c.md", "d.md"] })
  assert.deepEqual(texts, { "a.md": "a", "b.md": "old", "d.md": "" })
})

test("a table's rows are replaced, and the text around it stays", () => {
  const page = ["before", "| a | b |", "| --- | --- |", "| 1 | 2 |", "| 3 | 4 |", "", "after", ""].join("\n")
  const expected = ["before", "| a | b |", "| --- | --- |", "| `x` | y |", "", "after", ""].join("\n")
  assert.equal(withRows(page, ["a", "b"], [[code("x"), "y"]]), expected)
  assert.equal(withRows("| a |\n| --- |", ["a"], [["x"]]), "| a |\n| --- |\n| x |")
  assert.throws(() => withRows(page, ["a"], []), /There is no table with the head a: write its first two lines/)
})
