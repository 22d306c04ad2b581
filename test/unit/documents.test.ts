import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { accessSync, constants } from "node:fs"
import { join } from "node:path"
import { describe, test } from "node:test"
import Type from "typebox"
import { Parse } from "typebox/value"
import { parse } from "yaml"
import { listFiles, readText, root as repository } from "../support/repository.ts"
import { deadNames, tableRows } from "../support/rules/documents.ts"
import { foreignLicenses, imagePackages, licenseRows } from "../support/rules/licenses.ts"
import { readLock, readManifest } from "../support/rules/packages.ts"

const files = listFiles()
const root = readManifest(readText("package.json"))
const app = readManifest(readText("app/package.json"))
const lock = readLock(readText("package-lock.json"))

describe("licenses", () => {
  const page = readText("docs/licences.md")

  test("the repository's own is Apache-2.0, in the words of its authors, wherever it is named", () => {
    const hash = createHash("sha256").update(readText("LICENSE")).digest("hex")
    assert.equal(hash, "c71d239df91726fc519c6eb72d318ec65820627232b2f796219e87dcf35d0ab4")
    assert.equal(root.license, "Apache-2.0")
    assert.equal(app.license, "Apache-2.0")
    assert.equal(lock.packages[""]?.license, "Apache-2.0", "package-lock.json is behind package.json: run npm install")
  })

  test("the page lists every direct dependency with the license that is installed", () => {
    const Package = Type.Object({ license: Type.String() })
    const licenseOf = (name: string) =>
      Parse(Package, JSON.parse(readText(`node_modules/${name}/package.json`))).license
    const head = ["package", "license", "used by"]
    const rows = licenseRows(root, app, licenseOf)
    const table = rows.map(([name, ...cells]) => `| \`${name}\` | ${cells.join(" | ")} |`)
    assert.deepEqual(tableRows(page, head), rows, `docs/licences.md: the table should hold\n${table.join("\n")}`)
  })

  test("nothing in the image asks for more than notice, but for what the page deals with", () => {
    const allowed = tableRows(page, ["license in the image", "asks for"]).map(([license = ""]) => license)
    assert.ok(allowed.includes("MIT"))
    assert.ok(imagePackages(lock).length > 100)
    assert.deepEqual(foreignLicenses(lock, allowed, { "glpk.js": "GPL-3.0", "url-template": "BSD" }), [])
  })

  test("a foreign license is found, however deep", () => {
    const packages = {
      app: { dependencies: { a: "1" } },
      "node_modules/a": { license: "MIT", dependencies: { b: "1" }, optionalDependencies: { none: "1" } },
      "node_modules/a/node_modules/b": { license: "AGPL-3.0", dependencies: { "@s/c": "1" } },
      "node_modules/b": { license: "SSPL" },
      "node_modules/@s/c": { dependencies: { a: "1" } },
    }
    assert.deepEqual(imagePackages({ packages }), [
      "node_modules/@s/c",
      "node_modules/a",
      "node_modules/a/node_modules/b",
    ])
    assert.deepEqual(foreignLicenses({ packages }, ["MIT"], {}), [
      "@s/c: no license is not allowed in the image",
      "b: AGPL-3.0 is not allowed in the image",
    ])
    assert.deepEqual(foreignLicenses({ packages }, ["MIT"], { b: "AGPL-3.0", "@s/c": "GPL-3.0" }), [
      "@s/c: no license is not allowed in the image",
    ])
  })
})

describe("decision records", () => {
  const records = files.filter((path) => /^docs\/decisions\/\d{4}-[a-z0-9-]+\.md$/.test(path))
  const rows = tableRows(readText("docs/decisions/README.md"), ["record", "status"])

  test("the index lists each with its title and status", () => {
    const expected = records.map((path) => {
      const text = readText(path)
      const title = /^# (.+)$/m.exec(text)?.[1]
      const status = /^Status: (.+)$/m.exec(text)?.[1]
      return [`[${title}](${path.replace("docs/decisions/", "")})`, status]
    })
    assert.deepEqual(rows, expected)
    assert.ok(rows.length >= 4)
  })

  test("each is numbered in turn and has the four parts", () => {
    for (const [index, path] of records.entries()) {
      assert.ok(path.startsWith(`docs/decisions/${String(index + 1).padStart(4, "0")}-`), path)
      const heads = [...readText(path).matchAll(/^## (.+)$/gm)].map(([, head]) => head)
      assert.deepEqual(heads, ["Context", "Decision", "Given up"], path)
    }
    const others = files.filter((path) => path.startsWith("docs/decisions/") && !records.includes(path))
    assert.deepEqual(others, ["docs/decisions/README.md"])
  })
})

describe("pages name what there is", () => {
  const scripts = [...Object.keys(root.scripts ?? {})]

  test("in this repository", () => {
    const pages = files.filter((path) => path.endsWith(".md")).map((path) => ({ path, text: readText(path) }))
    assert.deepEqual(
      pages.flatMap((page) => deadNames(page, [...files, "app/dist/atlas.js"], scripts)),
      [],
    )
  })

  test("AGENTS.md is a page, not a book", () => {
    assert.ok(readText("AGENTS.md").trimEnd().split("\n").length <= 80)
  })

  test("each dead name is found", () => {
    const text = [
      "| app/models, results | `infra/nowhere` |",
      "npm run up -- --x, npm run gone, npm test, `node --test 'test/unit/*.test.ts'`",
      "[a](../infra/cli/up.ts), [b](gone.md#part), [c](https://example.com/docs/x)",
      "test/none/*.ts and infra/* and /docs/x",
    ].join("\n")
    const there = ["app/models/a.ts", "infra/cli/up.ts", "test/unit/a.test.ts"]
    assert.deepEqual(deadNames({ path: "docs/a.md", text }, there, ["up", "test"]), [
      "docs/a.md:1: there is no infra/nowhere",
      "docs/a.md:2: no npm script gone",
      "docs/a.md:3: there is no docs/gone.md",
      "docs/a.md:4: there is no test/none/*.ts",
    ])
  })
})

describe("continuous integration", () => {
  test("runs npm test through .ci/run, with no more rights than reading", () => {
    const Workflow = Type.Object({
      permissions: Type.Record(Type.String(), Type.String()),
      on: Type.Record(Type.String(), Type.Unknown()),
      jobs: Type.Record(
        Type.String(),
        Type.Object({ steps: Type.Array(Type.Object({ run: Type.Optional(Type.String()) })) }),
      ),
    })
    const { permissions, on, jobs } = Parse(Workflow, parse(readText(".github/workflows/ci.yml")))
    assert.deepEqual(permissions, { contents: "read" })
    assert.deepEqual(Object.keys(on), ["pull_request", "push"])
    const runs = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []))
    assert.deepEqual(runs, ['sudo env "PATH=$PATH" .ci/run'])
    assert.equal(readText(".ci/run").trimEnd().split("\n").at(-1), "CI=true npm test")
    assert.doesNotThrow(() => accessSync(join(repository, ".ci/run"), constants.X_OK))
  })
})
