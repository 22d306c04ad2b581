import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, it } from "node:test"
import { pathToFileURL } from "node:url"
import { readParity } from "../../../infra/cli/compare-command.ts"
import { stackOfTargets } from "../../../infra/cli/observe.ts"
import type { ComparedFacet } from "../../../infra/plan/compare.ts"
import type { FacetName } from "../../../infra/plan/observation.ts"
import { observers } from "../../../infra/plan/observers/index.ts"
import { observeLocal } from "../../../infra/plan/observers/local.ts"
import { targets } from "../../../infra/targets/index.ts"
import { listFiles, readText } from "../../support/repository.ts"

const { faults, compared, stacks } = await readParity()
/** The facets that two of these targets or more have limits for. */
const limitedOnSeveral = (facets: readonly ComparedFacet[], clouds: readonly string[]): readonly FacetName[] =>
  facets
    .filter(({ verdicts }) => clouds.filter((cloud) => verdicts[cloud]?.kind === "limited").length > 1)
    .map(({ facet }) => facet)

const kindsOf = (target: string) =>
  Object.fromEntries(compared.map(({ facet, verdicts }) => [facet, verdicts[target]?.kind]))

describe("parity", () => {
  it("has every target, each planned by a stack of its own and read by an observer of its own", () => {
    assert.deepEqual(Object.keys(stacks), Object.keys(targets))
    assert.deepEqual(Object.keys(observers), Object.keys(targets))
    assert.equal(new Set(Object.values(stacks)).size, Object.keys(targets).length)
  })

  it("has no facet that is different from what the stack asks for", () => {
    assert.deepEqual(faults, [])
    assert.equal(compared.length, 24)
  })

  it("is limited on more than one of the clouds only where a decision record says why", () => {
    const records = listFiles()
      .filter((path) => /^docs\/decisions\/\d+-/.test(path))
      .map((path) => readText(path).toLowerCase())
    const unexplained = limitedOnSeveral(compared, ["aws", "gcp", "azure"]).filter(
      (facet) => !records.some((text) => text.includes(`**${facet}`)),
    )
    assert.deepEqual(unexplained, [], "name each in bold in a record of docs/decisions")
  })

  it("knows which facets several clouds lack", () => {
    const verdict = (kind: "equal" | "limited") =>
      ({ kind, expected: 1, observed: kind === "equal" ? 1 : 2, limits: [] }) as const
    const facets = [
      { facet: "size", verdicts: { aws: verdict("equal"), gcp: verdict("limited"), local: verdict("limited") } },
      { facet: "user", verdicts: { aws: verdict("limited"), gcp: verdict("limited"), local: verdict("equal") } },
    ] as const
    assert.deepEqual(limitedOnSeveral(facets, ["aws", "gcp"]), ["user"])
  })

  it("shows nothing of the secrets that observers read", () => {
    const shown = JSON.stringify(compared)
    assert.doesNotMatch(shown, /\.value\}|postgres:\/\/|redis:\/\/|keyauth/)
  })

  it("reads back on this machine what its processes are given", () => {
    const equal = Object.entries(kindsOf("local")).flatMap(([facet, kind]) => (kind === "equal" ? [facet] : []))
    assert.deepEqual(equal, ["port", "body", "gateway", "bursts", "concurrency"])
    assert.deepEqual(compared.find(({ facet }) => facet === "replicas")?.verdicts.local?.observed, {
      api: { min: 1, max: 1 },
      worker: { min: 1, max: 1 },
    })
    assert.deepEqual(observeLocal([]), {})
  })
})

describe("the stack of a target", () => {
  const inFolder = (files: Readonly<Record<string, string>>, check: (folder: URL) => void) => {
    const folder = mkdtempSync(join(tmpdir(), "atlas-stacks-"))
    try {
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
      check(pathToFileURL(`${folder}/`))
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
  const files = {
    "Pulumi.yaml": "name: atlas\n",
    "Pulumi.b.yaml": "config: { atlas:cloud: local }\n",
    "Pulumi.a.yaml": "config: { atlas:cloud: local }\n",
    "Pulumi.c.yaml": "config: { atlas:cloud: aws }\n",
  }

  it("is the first by name that has its atlas:cloud", () => {
    inFolder(files, (folder) => {
      assert.deepEqual(stackOfTargets(["aws", "local"], folder), { aws: "c", local: "a" })
    })
  })

  it("is missed by name", () => {
    inFolder(files, (folder) => {
      assert.throws(
        () => stackOfTargets(["kubernetes"], folder),
        /No stack has atlas:cloud: kubernetes; there is a, b, c/,
      )
    })
  })
})
