import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, test } from "node:test"
import { pathToFileURL } from "node:url"
import { stripVTControlCharacters } from "node:util"
import { listenForInterrupts } from "../../../infra/cli/interrupts.ts"
import { renderTree } from "../../../infra/cli/render.ts"
import { readStackFile } from "../../../infra/cli/stack-file.ts"

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "atlas-cli-"))
  writeFileSync(join(folder, "Pulumi.yaml"), "name: atlas\n")
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const read = (stack: string, text?: string) => {
  if (text !== undefined) writeFileSync(join(folder, `Pulumi.${stack}.yaml`), text)
  return readStackFile(stack, pathToFileURL(`${folder}/`))
}

test("a stack's config is read as the engine gives it: as text", () => {
  const file = read("dev", 'config:\n  atlas:cloud: local\n  atlas:apiMaxReplicas: 5\n  atlas:list: [1, "a"]\n')
  assert.deepEqual(file, {
    project: "atlas",
    config: { "atlas:cloud": "local", "atlas:apiMaxReplicas": "5", "atlas:list": '[1,"a"]' },
  })
  assert.deepEqual(read("empty", "").config, {})
})

test("what cannot be read is refused with a sentence", () => {
  read("dev", "config: {}")
  assert.throws(() => read("prod"), {
    message: 'There is no stack "prod"; there is dev. A stack is a file Pulumi.STACK.yaml',
  })
  assert.throws(() => read("../dev"), /There is no stack "\.\.\/dev"/)
  assert.throws(() => read("broken", "config: {"), /Pulumi\.broken\.yaml is no YAML: /)
  assert.throws(() => read("closed", "config:\n  atlas:key:\n    secure: v1:abc\n"), /^Error: atlas:key is encrypted/)
})

test("resources are drawn as a tree, with types without their package", () => {
  const node = (urn: string, parent: string | undefined, type: string, note?: string) => ({
    urn,
    parent,
    type,
    name: urn,
    note,
  })
  const tree = renderTree([
    node("atlas-dev", undefined, "pulumi:pulumi:Stack"),
    node("atlas", "atlas-dev", "atlas:stack:AtlasStack"),
    node("api", "atlas", "atlas:local:Process", "127.0.0.1:8000"),
    node("database", "atlas", "atlas:local:Postgres", "127.0.0.1:5432"),
    node("key", "atlas-dev", "atlas:local:Secret"),
  ])
  assert.equal(
    stripVTControlCharacters(tree),
    [
      "  atlas-dev",
      "  ├─ atlas  AtlasStack",
      "  │  ├─ api       Process   127.0.0.1:8000",
      "  │  └─ database  Postgres  127.0.0.1:5432",
      "  └─ key    Secret",
      "",
    ].join("\n"),
  )
})

test("the first signal stops, its echo counts as the same, and a later one hurries", (t) => {
  let now = 1000
  t.mock.method(performance, "now", () => now)
  const told: string[] = []
  const interrupts = listenForInterrupts((which) => told.push(which))
  try {
    process.emit("SIGINT", "SIGINT")
    assert.deepEqual([interrupts.stop.aborted, interrupts.hurry.aborted], [true, false])
    now += 100
    process.emit("SIGINT", "SIGINT")
    assert.equal(interrupts.hurry.aborted, false)
    now += 1000
    process.emit("SIGTERM", "SIGTERM")
    assert.equal(interrupts.hurry.aborted, true)
    assert.deepEqual(told, ["first", "second"])
  } finally {
    interrupts.release()
  }
  assert.equal(process.listenerCount("SIGHUP"), 0)
})
