import assert from "node:assert/strict"
import { describe, it } from "node:test"
import * as pulumi from "@pulumi/pulumi"
import { ConfigError, readConfig } from "../../../infra/config.ts"
import { compareStacks, faults } from "../../../infra/plan/compare.ts"
import { expectedObservation } from "../../../infra/plan/expectation.ts"
import type { Observation } from "../../../infra/plan/observation.ts"
import { planProgram } from "../../../infra/plan/plan.ts"
import type { PlannedResource } from "../../../infra/plan/resource.ts"
import { oneOf } from "../../../infra/spec/config-key.ts"
import type { Limit, StackTarget, TargetEntry } from "../../../infra/spec/target.ts"
import { AtlasStack } from "../../../infra/stack.ts"
import { targets } from "../../../infra/targets/index.ts"
import { readText } from "../../support/repository.ts"
import { tableRows } from "../../support/rules/documents.ts"

/** A resource of the toy cloud: it has what it is given. */
class Toy extends pulumi.CustomResource {
  constructor(kind: string, name: string, inputs: pulumi.Inputs, options: pulumi.CustomResourceOptions) {
    super(`toy:index:${kind}`, name, inputs, options)
  }
}

const limits: readonly Limit[] = [
  {
    facet: "database",
    difference: "a list in memory",
    reason: "it is a toy",
    source: "test/unit/infra/adding.test.ts",
    refuses: ["databaseMinCapacity", "databaseMaxCapacity"],
  },
]

const toy: StackTarget = {
  name: "toy",
  limits,
  keys: { "toy:color": oneOf(["red", "blue"]) },
  check: (_spec, values) =>
    values["toy:color"] === "blue"
      ? [{ key: "toy:color", value: "blue", allowed: "red", action: "It is sold out" }]
      : [],
  parts: ({ spec }, parent) => {
    const inside = { parent }
    return {
      secret: (name) => pulumi.secret(`made-up-${name}`),
      release: () => ({ version: "1.0.0", reference: pulumi.output(`toy@sha256:${"0".repeat(64)}`) }),
      database: () => {
        new Toy("List", "database", { kind: "list" }, inside)
        return { url: pulumi.secret("postgres://toy/atlas"), ca: pulumi.output(undefined) }
      },
      cache: () => ({ url: pulumi.secret("redis://toy"), ca: pulumi.output(undefined) }),
      archive: () => undefined,
      gate: (_rollout, { release }) => new Toy("Gate", "gate", { image: release.reference }, inside),
      workload: (name, { replicas }, { after }, gateway) => {
        const inputs = { min: replicas.min, max: replicas.max }
        new Toy("Robot", name, inputs, { ...inside, dependsOn: [...after] })
        return gateway === undefined ? {} : { url: pulumi.output("http://api.toy") }
      },
      edge: ({ idleTimeout }) => {
        new Toy("Door", "edge", { idleTimeout, domain: spec.edge.domain ?? "door.toy" }, inside)
        return { url: pulumi.output("https://door.toy") }
      },
      reach: () => ({}),
    }
  },
}

const registry: Readonly<Record<string, TargetEntry>> = { toy: { keys: async () => toy.keys, load: async () => toy } }

const config = { "atlas:cloud": "toy", "atlas:environment": "development", "toy:color": "red" }
const reading = { project: "atlas", stack: "toy", isSecret: () => false, examples: "allowed" } as const

const planToy = () =>
  planProgram({
    project: "atlas",
    stack: "toy",
    config,
    secretKeys: [],
    program: async () => {
      const { spec, target, values, names } = await readConfig(config, registry, reading)
      const context = { spec, values, names, secret: () => undefined }
      return { url: new AtlasStack("atlas", { context, target }).url }
    },
  })

/** The toy's observer: two facets are all that its resources tell. */
function observeToy(resources: readonly PlannedResource[]): Observation {
  const inputs = (name: string) => resources.find((one) => one.type === "toy:index:Robot" && one.name === name)?.inputs
  const range = (name: string) => ({ min: Number(inputs(name)?.min), max: Number(inputs(name)?.max) })
  const door = resources.find(({ type }) => type === "toy:index:Door")
  return {
    replicas: { api: range("api"), worker: range("worker") },
    timeout: Number(/^(\d+) seconds$/.exec(String(door?.inputs.idleTimeout))?.[1]),
  }
}

describe("adding a target", () => {
  const steps = [...readText("docs/targets/adding.md").matchAll(/^## (\d\. .+)$/gm)].map(([, step]) => step)

  it("has the steps that this test walks", () => {
    assert.deepEqual(steps, [
      "1. Implement the target",
      "2. Name its limits",
      "3. Enter it in the registry",
      "4. Write its observer",
      "5. Write its page",
    ])
  })

  it("1. Implement the target: the stack builds each part once, under the one component, and nothing serves before the gate", async () => {
    const { resources } = await planToy()
    const toys = resources.filter(({ type }) => type.startsWith("toy:"))
    assert.deepEqual(toys.map(({ name }) => name).sort(), ["api", "database", "edge", "gate", "worker"])
    const stack = resources.find(({ type }) => type === "atlas:stack:AtlasStack")
    const gate = toys.find(({ name }) => name === "gate")
    for (const one of toys) assert.equal(one.parent, stack?.urn)
    for (const name of ["api", "worker"]) {
      assert.deepEqual(toys.find((one) => one.name === name)?.dependencies, [gate?.urn])
    }
  })

  it("2. Name its limits: what cannot be had is refused, with the reason", async () => {
    const asked = { ...config, "atlas:databaseMaxCapacity": "4", "toy:color": "blue" }
    await assert.rejects(readConfig(asked, registry, reading), (error) => {
      assert.ok(error instanceof ConfigError)
      assert.match(error.message, /atlas:databaseMaxCapacity: .*nothing on toy: a list in memory, because it is a toy/)
      assert.match(error.message, /toy:color: "blue" cannot be used; allowed: red\. It is sold out\./)
      return true
    })
  })

  it("3. Enter it in the registry: its name is a cloud and its keys are keys", async () => {
    const { target, values } = await readConfig(config, registry, reading)
    assert.equal(target.name, "toy")
    assert.deepEqual(values, { "toy:color": "red" })
  })

  it("4. Write its observer: facets are equal, limited, or at fault", async () => {
    const { spec } = await readConfig(config, registry, reading)
    const { resources } = await planToy()
    const { replicas, timeout, database } = expectedObservation(spec)
    const expected = { replicas, timeout, database } as ReturnType<typeof expectedObservation>
    const stack = { name: "toy", expected, observation: observeToy(resources), limits: toy.limits }
    const compared = compareStacks([stack])
    assert.deepEqual(Object.fromEntries(compared.map(({ facet, verdicts }) => [facet, verdicts.toy?.kind])), {
      replicas: "equal",
      timeout: "equal",
      database: "limited",
    })
    assert.deepEqual(faults(compared), [])
    const [fault, ...others] = faults(compareStacks([{ ...stack, limits: [] }]))
    assert.match(fault ?? "", /^toy: database is undefined, not /)
    assert.deepEqual(others, [])
  })

  it("5. Write its page: each target of the registry has one with a row for each limit", async () => {
    for (const [name, { load }] of Object.entries(targets)) {
      const rows = tableRows(readText(`docs/targets/${name}.md`), ["facet", "difference", "because"])
      assert.equal(rows.length, (await load()).limits.length, name)
    }
  })
})
