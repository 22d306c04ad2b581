import assert from "node:assert/strict"
import type { Plan, PlannedResource } from "../../../infra/plan/resource.ts"
import { gcp } from "../../../infra/targets/gcp/index.ts"
import { planOn, type TargetPlan } from "../../support/infra/planned.ts"

export { assertBefore, ofType, type TargetPlan } from "../../support/infra/planned.ts"

/** A production stack with a zone of its own. */
export const production = {
  "atlas:cloud": "gcp",
  "atlas:environment": "production",
  "atlas:domain": "optimizer.example.com",
  "atlas:alertEmail": "oncall@example.com",
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

export const planStack = (config: Readonly<Record<string, string>>, stack?: string): Promise<TargetPlan> =>
  planOn(gcp, config, stack)

/** The one resource of that name. Throws where there is none, or several. */
export function find(plan: Plan, name: string, type = ""): PlannedResource {
  const [found, ...others] = plan.resources.filter((one) => one.name === name && one.type.startsWith(type))
  if (found === undefined || others.length > 0) throw new Error(`There are ${others.length + 1} of ${name}, or none`)
  return found
}

/** The inputs without the labels, which one test holds for all. */
export const inputs = ({ inputs: { labels: _, ...rest } }: PlannedResource) => rest

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
