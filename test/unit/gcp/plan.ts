import assert from "node:assert/strict"
import * as pulumi from "@pulumi/pulumi"
import { readConfig } from "../../../infra/config.ts"
import { planProgram } from "../../../infra/plan/plan.ts"
import type { Plan, PlannedResource } from "../../../infra/plan/resource.ts"
import { AtlasStack } from "../../../infra/stack.ts"
import { gcp } from "../../../infra/targets/gcp/index.ts"

/** A production stack with a zone of its own. */
export const production = {
  "atlas:cloud": "gcp",
  "atlas:environment": "production",
  "atlas:domain": "optimizer.example.com",
  "gcp:project": "atlas-example",
  "gcp:region": "europe-west3",
  "atlas:dnsZone": "optimizer-example",
} as const

export const development = {
  "atlas:cloud": "gcp",
  "atlas:environment": "development",
  "gcp:project": "atlas-example",
  "gcp:region": "us-central1",
} as const

export interface GcpPlan extends Plan {
  /** The options of each resource by its name, which a plan does not show. */
  readonly options: ReadonlyMap<string, pulumi.CustomResourceOptions>
}

/** The plan of a stack on this target: every resource, with its inputs as plain values. */
export async function planStack(config: Readonly<Record<string, string>>, stack = "production"): Promise<GcpPlan> {
  const options = new Map<string, pulumi.CustomResourceOptions>()
  const plan = await planProgram({
    project: "atlas",
    stack,
    config,
    secretKeys: [],
    program: async ({ examples }) => {
      pulumi.runtime.registerStackTransformation(({ name, opts }) => {
        options.set(name, opts)
        return undefined
      })
      const reading = { project: "atlas", stack, isSecret: () => false, examples }
      const { spec, target, values, names } = await readConfig(
        config,
        { gcp: { keys: async () => gcp.keys, load: async () => gcp } },
        reading,
      )
      const context = { spec, values, names, secret: () => undefined }
      const { url, instructions, release, archive, reach } = new AtlasStack("atlas", { context, target })
      return { url, instructions: instructions ?? pulumi.output("none"), release, archive, reach }
    },
  })
  return { ...plan, options }
}

/** The one resource of that name. Throws where there is none, or several. */
export function find(plan: Plan, name: string, type = ""): PlannedResource {
  const [found, ...others] = plan.resources.filter((one) => one.name === name && one.type.startsWith(type))
  if (found === undefined || others.length > 0) throw new Error(`There are ${others.length + 1} of ${name}, or none`)
  return found
}

/** The inputs without the labels, which one test holds for all. */
export const inputs = ({ inputs: { labels: _, ...rest } }: PlannedResource) => rest

export const ofType = (plan: Plan, type: string) => plan.resources.filter((one) => one.type === type)

/** Everything that must stand before a resource, at any distance. */
function standsOn(plan: Plan, resource: PlannedResource): Set<string> {
  const byUrn = new Map(plan.resources.map((one) => [one.urn, one]))
  const found = new Set<string>()
  const walk = (one: PlannedResource): void => {
    for (const urn of one.dependencies) {
      const before = byUrn.get(urn)
      if (before === undefined || found.has(before.name)) continue
      found.add(before.name)
      walk(before)
    }
  }
  walk(resource)
  return found
}

export function assertBefore(plan: Plan, later: PlannedResource, earlier: readonly string[]): void {
  const standing = standsOn(plan, later)
  for (const name of earlier) assert.ok(standing.has(name), `${name} before ${later.name}`)
}

interface Container {
  readonly name: string
  readonly image: string
  readonly args?: readonly string[]
  readonly envs?: readonly { readonly name: string; readonly value?: string; readonly valueSource?: unknown }[]
  readonly [member: string]: unknown
}

/** The template of a service, pool or job, as far as tests read it. */
export function templateOf({ inputs }: PlannedResource): { containers: Container[]; [member: string]: unknown } {
  const outer = inputs.template as { template?: unknown }
  return (outer.template ?? outer) as { containers: Container[] }
}

export function containerOf(resource: PlannedResource, name: string): Container {
  const found = templateOf(resource).containers.find((one) => one.name === name)
  assert.ok(found, `${resource.name} has no container ${name}`)
  return found
}

/** The plain value of a container's variable. */
export const variable = (container: Container, name: string): string | undefined =>
  container.envs?.find((one) => one.name === name)?.value
