import assert from "node:assert/strict"
import { join } from "node:path"
import { test } from "node:test"
import { type Package, packageFolders, readPackage, renderInventory, renderLicenses } from "../../../app/notices.ts"
import { root } from "../../support/repository.ts"

const one = (name: string, license: string, texts: string[] = []): Package => ({
  name,
  version: "1.0.0",
  license,
  author: "A. Author",
  homepage: "https://example.com",
  texts,
})

test("a package is in the bundle when any of its bytes is", () => {
  const inputs = {
    "app/main.ts": { bytesInOutput: 5 },
    "node_modules/a/index.js": { bytesInOutput: 1 },
    "node_modules/a/other.js": { bytesInOutput: 0 },
    "node_modules/dropped/index.js": { bytesInOutput: 0 },
    "node_modules/a/node_modules/@s/b/dist/esm/index.js": { bytesInOutput: 2 },
  }
  const outputs = { "x.js": { bytes: 8, inputs, imports: [], exports: [] } }
  assert.deepEqual(packageFolders({ outputs }), ["node_modules/a", "node_modules/a/node_modules/@s/b"])
})

test("a package is read with its license, and one that names none is refused", async () => {
  const glpk = await readPackage(join(root, "node_modules/glpk.js"))
  assert.deepEqual([glpk.name, glpk.license], ["glpk.js", "GPL-3.0"])
  assert.match(glpk.texts.join(), /GNU GENERAL PUBLIC LICENSE/)
  await assert.rejects(readPackage(join(root, "test/unit/image")), /ENOENT/)
})

test("the inventory is the same for the same packages in any order, and names each by its purl", async () => {
  const packages = [one("@s/b", "MIT"), one("c", "(MIT OR CC0-1.0)"), one("a", "its own")]
  const text = await renderInventory(one("app", "Apache-2.0"), packages)
  assert.equal(await renderInventory(one("app", "Apache-2.0"), packages.toReversed()), text)
  const { specVersion, components } = JSON.parse(text)
  assert.equal(specVersion, "1.6")
  assert.deepEqual(
    components.map(({ purl, licenses }: { purl: string; licenses: unknown }) => [purl, licenses]).sort(),
    [
      ["pkg:npm/%40s/b@1.0.0", [{ license: { id: "MIT" } }]],
      ["pkg:npm/a@1.0.0", [{ license: { name: "its own" } }]],
      ["pkg:npm/c@1.0.0", [{ expression: "(MIT OR CC0-1.0)" }]],
    ],
  )
})

test("a license text that packages share stands once, and one that is missing is named", () => {
  const text = renderLicenses([one("a", "MIT", ["the text"]), one("b", "ISC"), one("c", "MIT", ["the text"])])
  const line = "-".repeat(80)
  assert.equal(
    text,
    `a 1.0.0 (MIT)\nc 1.0.0 (MIT)\n\nthe text\n\n${line}\n\n` +
      "b 1.0.0 (ISC)\n\nThe package brings no text of its license. By A. Author, https://example.com.\n",
  )
})
