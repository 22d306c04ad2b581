import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { isDeepStrictEqual } from "node:util"
import * as pulumi from "@pulumi/pulumi"
import { stackOfTargets } from "../../../infra/cli/observe.ts"
import { readStackFileForPlan } from "../../../infra/cli/stack-file.ts"
import { readConfig, type StackConfig } from "../../../infra/config.ts"
import { compareStacks } from "../../../infra/plan/compare.ts"
import { expectedObservation } from "../../../infra/plan/expectation.ts"
import type { FacetName } from "../../../infra/plan/observation.ts"
import { observers } from "../../../infra/plan/observers/index.ts"
import { planProgram } from "../../../infra/plan/plan.ts"
import type { PlannedResource } from "../../../infra/plan/resource.ts"
import type { StackSpec } from "../../../infra/spec/stack-spec.ts"
import { AtlasStack } from "../../../infra/stack.ts"
import { targets } from "../../../infra/targets/index.ts"
import { type Mutation, mutations } from "../../support/infra/mutations.ts"

type Read = StackConfig & { readonly stack: string; readonly observe: NonNullable<(typeof observers)[string]> }

/** What the stack's own file says, before anything is changed. */
async function read(stack: string): Promise<Read> {
  const { project, config, secretKeys } = readStackFileForPlan(stack)
  const isSecret = (key: string) => secretKeys.includes(key)
  const found = await readConfig(config, targets, { project, stack, isSecret, examples: "allowed" })
  const observe = observers[found.target.name]
  assert.ok(observe, found.target.name)
  return { ...found, stack, observe }
}

async function plan({ target, values, names, stack }: Read, spec: StackSpec): Promise<readonly PlannedResource[]> {
  const { project, config, secretKeys } = readStackFileForPlan(stack)
  const secret = (key: string) => {
    const [namespace, name] = key.split(":")
    return name === undefined ? undefined : new pulumi.Config(namespace).getSecret(name)
  }
  const program = async () => {
    const context = { spec, values, names, secret }
    return { url: new AtlasStack("atlas", { context, target }).url }
  }
  return (await planProgram({ project, stack, config, secretKeys, program, secrets: "bare" })).resources
}

/** Whether the facet is not the same after the change, or the target refuses the change. */
async function isSeen(facet: FacetName, change: Mutation, read: Read, resources: readonly PlannedResource[]) {
  try {
    const asked = change.spec === undefined ? resources : await plan(read, change.spec(read.spec))
    const after = read.observe(change.resources?.(asked) ?? asked)
    return !isDeepStrictEqual(after[facet], read.observe(resources)[facet])
  } catch (error) {
    if (error instanceof Error && change.refused?.test(error.message)) return true
    throw error
  }
}

/** Each change of a facet that is not seen in the target's resources, though no limit excuses it. */
async function unseenChanges(name: string, stack: string): Promise<readonly string[]> {
  const target = await read(stack)
  const resources = await plan(target, target.spec)
  const { limits } = target.target
  const expected = expectedObservation(target.spec)
  const compared = compareStacks([{ name, expected, observation: target.observe(resources), limits }])
  const unseen: string[] = []
  for (const [facet, changes] of Object.entries(mutations) as [FacetName, readonly Mutation[]][]) {
    const verdict = compared.find((one) => one.facet === facet)?.verdicts[name]?.kind
    // What is equal is so because it follows the change: there no limit excuses it.
    for (const [index, change] of verdict === "limited" ? [] : changes.entries()) {
      if (!(await isSeen(facet, change, target, resources))) unseen.push(`${facet}, change ${index + 1}`)
    }
  }
  return unseen
}

// Planned before the first suite: from then on node:test follows every promise, and a plan makes thousands.
const found: (readonly [name: string, unseen: PromiseSettledResult<readonly string[]>])[] = []
for (const [name, stack] of Object.entries(stackOfTargets(Object.keys(targets)))) {
  const [unseen] = await Promise.allSettled([unseenChanges(name, stack)])
  found.push([name, unseen])
}

describe("a facet that changes", () => {
  assert.ok(found.length > 5)
  for (const [name, unseen] of found) {
    it(`is seen in the resources of ${name}, or stands in its limits`, () => {
      if (unseen.status === "rejected") throw unseen.reason
      assert.deepEqual(unseen.value, [])
    })
  }
})
