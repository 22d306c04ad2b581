import assert from "node:assert/strict"
import * as pulumi from "@pulumi/pulumi"
import { readConfig } from "../../../infra/config.ts"
import { planProgram } from "../../../infra/plan/plan.ts"
import type { Plan, PlannedResource } from "../../../infra/plan/resource.ts"
import { AtlasStack } from "../../../infra/stack.ts"
import { aws } from "../../../infra/targets/aws/index.ts"

/** A production stack with a zone of its own. */
export const production = {
  "atlas:cloud": "aws",
  "atlas:environment": "production",
  "atlas:domain": "optimizer.example.com",
  "aws:region": "eu-central-1",
  "atlas:zoneId": "Z0123456789EXAMPLE",
  "atlas:apiCidrs": "203.0.113.0/24",
} as const

export const development = {
  "atlas:cloud": "aws",
  "atlas:environment": "development",
  "aws:region": "us-east-1",
  "atlas:apiCidrs": "203.0.113.0/24",
} as const

/** The plan of a stack on this target: every resource, with its inputs as plain values. */
export function planStack(config: Readonly<Record<string, string>>, stack = "production"): Promise<Plan> {
  return planProgram({
    project: "atlas",
    stack,
    config,
    secretKeys: [],
    program: async ({ examples }) => {
      const reading = { project: "atlas", stack, isSecret: () => false, examples }
      const { spec, target, values, names } = await readConfig(
        config,
        { aws: { keys: async () => aws.keys, load: async () => aws } },
        reading,
      )
      const context = { spec, values, names, secret: () => undefined }
      const { url, instructions, release, archive, reach } = new AtlasStack("atlas", { context, target })
      return { url, instructions: instructions ?? pulumi.output("none"), release, archive, reach }
    },
  })
}

/** The one resource of a type and, where there are several of it, a name. Throws where there is none. */
export function find(plan: Plan, type: string, name?: string): PlannedResource {
  const [found, ...others] = plan.resources.filter(
    (one) => one.type === type && (name === undefined || one.name === name),
  )
  if (found === undefined || others.length > 0) throw new Error(`${others.length + 1} of ${type} ${name ?? ""}`)
  return found
}

/** The inputs without the tags, which one test holds for all. */
export const inputs = ({ inputs: { tags: _, ...rest } }: PlannedResource) => rest

export const ofType = (plan: Plan, type: string) => plan.resources.filter((one) => one.type === type)

/** Everything that must stand before a resource, at any distance. */
function standsOn(plan: Plan, resource: PlannedResource): readonly PlannedResource[] {
  const byUrn = new Map(plan.resources.map((one) => [one.urn, one]))
  const found = new Set<PlannedResource>()
  const walk = (one: PlannedResource): void => {
    for (const urn of [...one.dependencies, ...(one.provider === undefined ? [] : [one.provider])]) {
      const before = byUrn.get(urn)
      if (before === undefined || found.has(before)) continue
      found.add(before)
      walk(before)
    }
  }
  walk(resource)
  return [...found]
}

/** What is made after others is also deleted before them. `earlier` are names, or a type and a name with a space between. */
export function assertBefore(plan: Plan, later: PlannedResource, earlier: readonly string[]): void {
  const standing = standsOn(plan, later)
  for (const what of earlier) {
    const isThere = standing.some(({ type, name }) => what === name || what === `${type} ${name}`)
    assert.ok(isThere, `${what} before ${later.type} ${later.name}`)
  }
}
