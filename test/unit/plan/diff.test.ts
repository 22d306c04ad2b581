import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { diffPlans, type ResourceChange, tally } from "../../../infra/plan/diff.ts"
import { forcesReplacement, holdsData, replacementRules } from "../../../infra/plan/replacements.ts"
import type { Plan, PlannedResource } from "../../../infra/plan/resource.ts"
import { lone, planOf, sampleProgram } from "../../support/plan.ts"

const planWith = (...resources: PlannedResource[]): Plan => ({
  stack: "test",
  target: "sample",
  resources,
  outputs: {},
})

const brief = ({ action, name, destroysData, properties }: ResourceChange) =>
  [action, name, ...(destroysData ? ["data"] : []), ...properties.map(({ path }) => path)].join(" ")

describe("what differs between two plans", () => {
  test("is nothing for the same plan", async () => {
    const plan = await planOf(sampleProgram())
    assert.deepEqual(diffPlans(plan, plan), { changes: [], unchanged: plan.resources.length })
  })

  test("is told for each resource, with the path and both values of each change", async () => {
    const [before, after] = [await planOf(sampleProgram()), await planOf(sampleProgram({ image: "example/atlas:2" }))]
    const { changes, unchanged } = diffPlans(before, after)
    const deployment = after.resources.find(({ name }) => name === "deployment")
    assert.deepEqual(changes, [
      {
        action: "update or replace",
        urn: deployment?.urn,
        type: "kubernetes:apps/v1:Deployment",
        name: "deployment",
        destroysData: false,
        properties: [
          {
            path: "spec.template.spec.containers[optimizer].image",
            before: "example/atlas:1",
            after: "example/atlas:2",
          },
        ],
      },
    ])
    assert.equal(unchanged, after.resources.length - 1)
  })

  test("is told in order: losses of data, the plan's order, then what is deleted", async () => {
    const before = await planOf(sampleProgram())
    const after = await planOf(sampleProgram({ storageClass: "slow", withoutDeployment: true }))
    assert.deepEqual(diffPlans(before, after).changes.map(brief), [
      "replace volume data spec.storageClassName",
      "delete deployment",
    ])
    assert.deepEqual(diffPlans(after, before).changes.map(brief), [
      "replace volume data spec.storageClassName",
      "create deployment",
    ])
  })

  test("an item of a list that has a name is one item, wherever others are put in", () => {
    const variables = (...names: string[]) =>
      lone("test:index:Thing", "thing", { env: names.map((name) => ({ name, value: name === "C" ? "new" : "x" })) })
    const changed = (before: PlannedResource, after: PlannedResource) =>
      diffPlans(planWith(before), planWith(after)).changes.flatMap(({ properties }) => properties)
    assert.deepEqual(changed(variables("A", "D"), variables("A", "C", "D")), [
      { path: "env[C]", after: { name: "C", value: "new" } },
    ])
    // Another order may be another meaning, and two of one name cannot be told apart.
    assert.equal(changed(variables("A", "D"), variables("D", "A")).length, 2)
    assert.deepEqual(
      changed(variables("A", "A"), variables("A", "A", "D")).map(({ path }) => path),
      ["env[2]"],
    )
  })

  test("a deleted database is a loss, a created one is none", () => {
    const database = lone("aws:rds/cluster:Cluster", "database")
    assert.deepEqual(diffPlans(planWith(database), planWith()).changes.map(brief), ["delete database data"])
    assert.deepEqual(diffPlans(planWith(), planWith(database)).changes.map(brief), ["create database"])
    assert.deepEqual(tally(diffPlans(planWith(database), planWith())), {
      create: 0,
      update: 0,
      replace: 0,
      delete: 1,
      destructive: 1,
    })
  })

  test("members and items that come or go have one side only; protection and provider count", () => {
    const before = lone("test:index:Thing", "thing", { gone: 1, list: [1, 2], "a.b": { c: true } })
    const after = {
      ...lone("test:index:Thing", "thing", { come: { x: 1 }, list: [1], "a.b": { c: false } }),
      protect: true,
      provider: "urn:of-a-provider",
    }
    assert.deepEqual(diffPlans(planWith(before), planWith(after)).changes[0]?.properties, [
      { path: "gone", before: 1 },
      { path: "list[1]", before: 2 },
      { path: '["a.b"].c', before: true, after: false },
      { path: "come", after: { x: 1 } },
      { path: "(protect)", before: false, after: true },
      { path: "(provider)", after: "urn:of-a-provider" },
    ])
  })

  test("the same name under another parent type is another resource", () => {
    const moved = lone("test:index:Group$test:index:Thing", "thing")
    const { changes } = diffPlans(planWith(lone("test:index:Thing", "thing")), planWith(moved))
    assert.deepEqual(changes.map(brief), ["create thing", "delete thing"])
  })
})

describe("what is replaced", () => {
  test("each rule replaces by each of its properties, and by what lies below", () => {
    for (const { type, properties, source } of replacementRules) {
      const known = type.endsWith(":") ? `${type}core/v1:Service` : type
      for (const property of properties) {
        for (const path of [property, `${property}.inner`, `${property}[0]`]) {
          assert.equal(forcesReplacement(known, path)?.source, source, `${type} ${path}`)
        }
        assert.equal(forcesReplacement(known, `${property}Other`)?.properties.includes(property) ?? false, false)
      }
      assert.match(source, /^https:\/\//)
    }
  })

  test("the page that says so is told with the change", () => {
    const cluster = (engine: string) => lone("aws:rds/cluster:Cluster", "database", { engine, port: 1 })
    const [change] = diffPlans(planWith(cluster("aurora-mysql")), planWith(cluster("aurora-postgresql"))).changes
    assert.deepEqual(change?.properties, [
      {
        path: "engine",
        before: "aurora-mysql",
        after: "aurora-postgresql",
        replaces: "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/rds/cluster.go",
      },
    ])
    assert.deepEqual([change?.action, change?.destroysData], ["replace", true])
  })

  test("an object of a cluster is replaced by another name; a namespace takes its objects with it", () => {
    const named = (name: string) => lone("kubernetes:core/v1:Namespace", "namespace", { metadata: { name } })
    const [change] = diffPlans(planWith(named("a")), planWith(named("b"))).changes
    assert.ok(change !== undefined)
    assert.equal(brief(change), "replace namespace data metadata.name")
    assert.deepEqual([holdsData("kubernetes:core/v1:Service"), holdsData("aws:ec2/vpc:Vpc")], [false, false])
  })

  test("the rules know the names that the installed SDKs give the inputs", async () => {
    const { default: inputsOf } = await import("../../support/plan-sdk.ts")
    const read = replacementRules.filter(({ type }) => /^(?:aws|azure-native):/.test(type))
    assert.ok(read.some(({ type }) => type.startsWith("azure-native:")))
    for (const { type, properties } of read) {
      const names = await inputsOf(type)
      for (const property of properties) {
        const [name = ""] = property.split(".")
        assert.ok(names.includes(name), `${type} has no input ${name}; it has ${names.join(", ")}`)
      }
    }
  })
})
