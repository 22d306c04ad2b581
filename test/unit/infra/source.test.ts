import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { buildArgsOf, imageTag, readSource } from "../../../infra/image/source.ts"

const clone = join(import.meta.dirname, "../../..")
const source = { version: "1.2.3", revision: "abc", created: "2026-01-01", contents: "0", folder: ".", dockerfile: "d" }

test("an image has a tag of its own for whatever goes into it", () => {
  const tags = [
    source,
    { ...source, revision: "abd" },
    { ...source, created: "2026-01-02" },
    { ...source, contents: "1" },
  ].map(imageTag)
  for (const tag of tags) assert.match(tag, /^1\.2\.3-[0-9a-f]{12}$/)
  assert.equal(new Set(tags).size, tags.length)
  assert.equal(imageTag({ ...source, folder: "elsewhere" }), tags[0])
})

test("the source is the clone's, and the same each time it is read", () => {
  const read = readSource()
  const manifest: { version: string } = JSON.parse(readFileSync(join(clone, "package.json"), "utf8"))
  assert.equal(read.version, manifest.version)
  assert.match(read.contents, /^[0-9a-f]{64}$/)
  assert.deepEqual(readSource(), read)
  assert.match(readFileSync(join(process.cwd(), read.dockerfile), "utf8"), /^FROM \$\{NODE_IMAGE\}/m)
})

test("every argument of the build is one of the Dockerfile's", () => {
  const dockerfile = readFileSync(join(clone, "app/Dockerfile"), "utf8")
  for (const name of Object.keys(buildArgsOf(source))) assert.match(dockerfile, new RegExp(`^ARG ${name}=`, "m"))
})
