import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { type PolicyResource, type ResourceValidationArgs, unknownCheckingProxy } from "@pulumi/policy"
import type { PlannedResource } from "../../../infra/plan/resource.ts"
import { rules } from "../../../infra/policy/index.ts"
import { policies } from "../../../infra/policy/pack/adapter.ts"
import { all, put } from "./cases/case.ts"
import { cloud } from "./sample/aws.ts"
import { cluster } from "./sample/kubernetes.ts"
import { urn } from "./sample/resource.ts"

/** What stands for a text that a preview cannot know (@pulumi/policy, proxy.ts). */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

const options = { ignoreChanges: [], aliases: [], additionalSecretOutputs: [] }
const customTimeouts = { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 }
const opts = { ...options, customTimeouts, protect: false }
const classes = { isType: () => false, asType: () => undefined }
const notApplicable = (): never => assert.fail("A rule leaves alone what it is not for")

const sampleOf = (samples: readonly PlannedResource[], name: string): PlannedResource =>
  samples.find((sample) => sample.name === name) ?? assert.fail(`There is no sample ${name}`)

type Config = { readonly environment?: string }
const shared = (config: Config) => ({
  stackTags: new Map<string, string>(),
  notApplicable,
  getConfig: <Value extends object>() => config as Value,
})

/** Every message of the named policy, each with its URN, when the engine hands it this resource. */
async function validate(policy: string, { urn, type, name, inputs }: PlannedResource, config: Config = {}) {
  const found: [string, string | undefined][] = []
  const named = policies.find((one) => one.name === policy)
  assert.ok(named !== undefined && "validateResource" in named && typeof named.validateResource === "function")
  const props: ResourceValidationArgs["props"] = unknownCheckingProxy(inputs)
  const args = { urn, type, name, props, opts, ...classes, ...shared(config) }
  await named.validateResource(args, (message, at) => found.push([message, at]))
  return found
}

async function validateStack(policy: string, samples: readonly PlannedResource[], config: Config = {}) {
  const found: [string, string | undefined][] = []
  const named = policies.find((one) => one.name === policy)
  assert.ok(named !== undefined && "validateStack" in named)
  const resources: PolicyResource[] = samples.map(({ urn, type, name, inputs }) => ({
    ...{ urn, type, name, opts, dependencies: [], propertyDependencies: {}, ...classes },
    props: unknownCheckingProxy(inputs),
  }))
  const byUrn = (at: string | undefined) => resources.filter((resource) => resource.urn === at)
  for (const [index, { parent, dependencies }] of samples.entries()) {
    const [found] = byUrn(parent)
    Object.assign(resources[index] ?? {}, found === undefined ? {} : { parent: found }, {
      dependencies: dependencies.flatMap(byUrn),
    })
  }
  await named.validateStack({ resources, ...shared(config) }, (message, at) => found.push([message, at]))
  return found
}

describe("the policy pack", () => {
  test("has every rule, at its level", () => {
    const levels = policies.map(({ name, enforcementLevel }) => [name, enforcementLevel])
    assert.deepEqual(
      levels,
      rules.map(({ id, severity }) => [id, severity]),
    )
  })

  test("says each title and reason, and links to the source", () => {
    const encrypted = policies.find(({ name }) => name === "database-encrypted")
    assert.equal(encrypted?.displayName, "The database's storage is encrypted")
    assert.match(encrypted?.description ?? "", /^The database's storage is encrypted\. A copied disk .*\.$/)
    assert.match(encrypted?.url ?? "", /^https:\/\/docs\.aws\.amazon\.com\//)
    assert.equal(policies.find(({ name }) => name === "production-replicas")?.url, undefined)
  })

  test("judges one resource by its inputs", async () => {
    const [database] = put("database", ["storageEncrypted"], false)([sampleOf(cloud, "database")])
    assert.ok(database)
    const message = "storageEncrypted is false; it must be true"
    assert.deepEqual(await validate("database-encrypted", database), [[message, urn("database")]])
    assert.deepEqual(await validate("database-encrypted", sampleOf(cloud, "database")), [])
    assert.deepEqual(await validate("database-encrypted", sampleOf(cloud, "cache")), [])
  })

  test("tells the path where the message does not", async () => {
    const env = ["spec", "template", "spec", "containers", 1, "env", 0]
    const [api] = put("api", env, { name: "API_KEY", value: "abc" })([sampleOf(cluster, "api")])
    assert.ok(api)
    const message = "API_KEY holds what its name calls a secret; take it from a Secret by secretKeyRef"
    const found = [[`spec.template.spec.containers[1].env[0].value: ${message}`, urn("api")]]
    assert.deepEqual(await validate("secret-not-plain", api), found)
  })

  test("judges what is known when something beside it is not", async () => {
    const change = all(
      put("api", ["spec", "template", "spec", "containers", 0, "image"], unknown),
      put("api", ["spec", "template", "spec", "containers", 1, "image"], "kong:latest"),
      put("api", ["metadata"], unknown),
    )
    const [api] = change([sampleOf(cluster, "api")])
    assert.ok(api)
    const path = "spec.template.spec.containers[1]"
    const message = `${path}.image: image is "kong:latest"; it must be an image by digest, such as registry/name@sha256:…`
    assert.deepEqual(await validate("image-by-digest", api), [[message, urn("api")]])
    assert.deepEqual(await validate("no-sentinel", api), [])
  })

  test("takes any stack for production unless its config says otherwise", async () => {
    const [database] = put("database", ["backupRetentionPeriod"], 7)([sampleOf(cloud, "database")])
    assert.ok(database)
    const message = "backupRetentionPeriod is 7; it must be 30 days or more"
    assert.deepEqual(await validate("database-backups", database), [[message, urn("database")]])
    assert.deepEqual(await validate("database-backups", database, { environment: "staging" }), [])
  })

  test("judges a whole stack where a rule compares resources", async () => {
    const found = await validateStack("bucket-private", put("archive-access", ["blockPublicAcls"], false)(cloud))
    assert.deepEqual(
      found.map(([, at]) => at),
      [urn("archive")],
    )
    for (const rule of rules.filter(({ scope }) => scope === "plan")) {
      assert.deepEqual(await validateStack(rule.id, cloud), [], rule.id)
      assert.deepEqual(await validateStack(rule.id, cluster), [], rule.id)
    }
  })

  test("passes on any other error", async () => {
    const failing = {
      get storageEncrypted(): boolean {
        throw new RangeError("not mine")
      },
    }
    await assert.rejects(
      validate("database-encrypted", { ...sampleOf(cloud, "database"), inputs: failing }),
      RangeError,
    )
  })
})
