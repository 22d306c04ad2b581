import assert from "node:assert/strict"
import { describe, test } from "node:test"
import * as kubernetes from "@pulumi/kubernetes"
import * as pulumi from "@pulumi/pulumi"
import { PlanError } from "../../../infra/plan/resource.ts"
import { Group, planOf, sampleProgram, Thing } from "../../support/plan.ts"

const program = (build: () => void) => async () => {
  build()
  return {}
}

describe("the plan of a program", () => {
  test("lists components, providers and resources as they are registered, each after what it needs", async () => {
    const { stack, target, resources } = await planOf(sampleProgram())
    assert.deepEqual([stack, target], ["test", "sample"])
    const place = new Map(resources.map(({ urn }, index) => [urn, index]))
    assert.equal(place.size, resources.length, "every URN is there once")
    for (const [index, { urn, parent, provider, dependencies }] of resources.entries()) {
      for (const before of [parent, provider, ...dependencies]) {
        if (before !== undefined) assert.ok((place.get(before) ?? Infinity) < index, `${urn} stands before ${before}`)
      }
    }
    assert.deepEqual(resources.map(({ name }) => name).toSorted(), [
      "atlas-test",
      "cluster",
      "consumer",
      "data",
      "database",
      "deployment",
      "namespace",
      "password",
      "secrets",
      "stack",
      "volume",
    ])
    assert.deepEqual((await planOf(sampleProgram())).resources, resources)
  })

  test("tells URN, parent, dependencies, provider and protection of each, as the engine would", async () => {
    const { resources } = await planOf(sampleProgram())
    const named = (name: string) => resources.find((resource) => resource.name === name)
    const urn = "urn:pulumi:test::atlas::"
    const stack = `${urn}test:index:Group::stack`
    const data = `${urn}test:index:Group$test:index:Group::data`
    const database = `${urn}test:index:Group$test:index:Group$test:index:Thing::database`
    assert.deepEqual(named("database"), {
      urn: database,
      type: "test:index:Thing",
      name: "database",
      parent: data,
      inputs: { size: 2 },
      dependencies: [],
      provider: undefined,
      protect: true,
    })
    assert.equal(named("data")?.parent, stack)
    const root = `${urn}pulumi:pulumi:Stack::atlas-test`
    assert.deepEqual([named("stack")?.parent, named("atlas-test")?.parent], [root, undefined])
    assert.deepEqual(named("consumer")?.dependencies, [
      database,
      `${urn}test:index:Group$test:index:Group$random:index/randomPassword:RandomPassword::password`,
      `${urn}test:index:Group$kubernetes:core/v1:Secret::secrets`,
    ])
    assert.equal(named("volume")?.provider, `${urn}test:index:Group$pulumi:providers:kubernetes::cluster`)
  })

  test("has what comes last too, though no output waits for it", async () => {
    const { resources } = await planOf(
      program(() => {
        let previous = new Thing("thing-0", {})
        for (const index of Array(20).keys()) {
          // A turn of the event loop between two resources, as where the program reads a file.
          const later = previous.endpoint.apply((host) => new Promise((done) => setImmediate(() => done(host))))
          previous = new Thing(`thing-${index + 1}`, { later })
        }
      }),
    )
    assert.equal(resources.length, 22)
    assert.deepEqual(resources.at(-1)?.inputs, { later: of("thing-19.endpoint") })
  })

  test("shows what another resource will answer as a readable placeholder", async () => {
    const { resources, outputs } = await planOf(sampleProgram())
    const inputs = (name: string) => resources.find((resource) => resource.name === name)?.inputs
    assert.equal(inputs("consumer")?.host, of("database.endpoint"))
    assert.deepEqual(inputs("volume")?.metadata, { namespace: "optimizer" })
    assert.deepEqual(outputs, { url: `https://${of("database.endpoint")}`, key: "[secret]" })
    const { spec } = inputs("deployment") as { spec: { template: { spec: { containers: unknown[] } } } }
    assert.deepEqual(spec.template.spec.containers, [
      {
        name: "optimizer",
        image: "example/atlas:1",
        envFrom: [{ secretRef: { name: of("secrets.metadata.name") } }],
      },
    ])
  })

  test("does not depend on whose machine it is", async () => {
    const kept = process.env.KUBECONFIG
    process.env.KUBECONFIG = "of-this-machine"
    try {
      const { resources } = await planOf(program(() => new kubernetes.Provider("cluster", { namespace: "atlas" })))
      assert.deepEqual(resources[1]?.inputs, { namespace: "atlas" })
      assert.equal(process.env.KUBECONFIG, "of-this-machine")
    } finally {
      if (kept === undefined) delete process.env.KUBECONFIG
      else process.env.KUBECONFIG = kept
    }
  })

  test("plans of one process wait for each other", async () => {
    const plans = await Promise.all([planOf(sampleProgram({ image: "a" })), planOf(sampleProgram({ image: "b" }))])
    assert.deepEqual(
      plans.map(({ resources }) => JSON.stringify(resources).match(/"image":"(.)"/)?.[1]),
      ["a", "b"],
    )
  })
})

const of = (path: string) => `\${${path}}`

/** Every problem that a program's plan has. */
async function problemsOf(build: () => void): Promise<readonly string[]> {
  const error = await planOf(program(build)).then(
    () => assert.fail("It was planned"),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof PlanError, String(error))
  return error.problems
}

describe("a plan fails, with a sentence, for", () => {
  test("a property that the program reads and nothing gives", async () => {
    const problems = await problemsOf(() => {
      const { members } = new Thing("database", {})
      new Thing("consumer", { members })
    })
    assert.equal(
      problems[0],
      'test:index:Thing "database": the program reads members, which nothing gives in a plan: ' +
        "give it a placeholder in infra/plan/placeholders.ts",
    )
  })

  test("an input that comes to nothing, at any depth", async () => {
    assert.deepEqual(
      await problemsOf(() => {
        const database = new Thing("database", {})
        const nothing = database.endpoint.apply(() => undefined)
        new Thing("consumer", { list: [{ "a.b": nothing }] })
      }),
      [
        'test:index:Thing "consumer": list[0]["a.b"] comes from test:index:Thing "database", ' +
          "which has no such value in a plan: see infra/plan/placeholders.ts",
      ],
    )
  })

  test("text made of undefined, of no number, of an object or of an output; also in secrets", async () => {
    const absent = undefined
    assert.deepEqual(
      await problemsOf(() => {
        const database = new Thing("database", {})
        new Thing("consumer", {
          url: `postgres://${absent}:5432`,
          secret: pulumi.secret({ inner: `${absent}` }),
          list: ["a", undefined],
          number: Number.NaN,
          text: `${{}}`,
          output: pulumi.interpolate`x`.apply(
            () => `${String({ toString: () => "Calling [toString] on an [Output<T>]" })}`,
          ),
          [`${absent}`]: database.endpoint,
        })
      }),
      [
        "list[1] holds undefined",
        "number holds what is no number",
        "output holds an output where its value is meant: use pulumi.interpolate",
        "secret.inner holds undefined",
        "text holds an object where text is meant",
        "undefined is a name that is undefined",
        "url holds undefined",
      ].map((problem) => `test:index:Thing "consumer": ${problem}`),
    )
  })

  test("a value that is not known", async () => {
    assert.deepEqual(
      await problemsOf(() => {
        new Thing("consumer", { deep: { value: pulumi.runtime.unknownValue } })
      }),
      ['test:index:Thing "consumer": deep.value is not known'],
    )
  })

  test("an output of the stack that holds undefined", async () => {
    const absent = undefined
    await assert.rejects(
      planOf(async () => ({ url: `https://${absent}` })),
      /^Error: The stack's outputs: url holds undefined$/,
    )
  })

  test("a function of a cloud that has no answer", async () => {
    await assert.rejects(
      planOf(async () => {
        await pulumi.runtime.invoke("aws:ec2/getAmi:getAmi", {})
        return {}
      }),
      /aws:ec2\/getAmi:getAmi: this function has no answer in a plan: give it one in infra\/plan\/functions\.ts/,
    )
  })
})

test("what the program throws comes as it is, and the next plan is whole", async () => {
  const wrong = new RangeError("The program is wrong")
  await assert.rejects(
    planOf(async () => {
      new Group("begun")
      throw wrong
    }),
    (error) => error === wrong,
  )
  const { resources } = await planOf(program(() => new Group("alone")))
  assert.deepEqual(
    resources.map(({ name }) => name),
    ["atlas-test", "alone"],
  )
})
