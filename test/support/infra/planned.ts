import assert from "node:assert/strict"
import * as pulumi from "@pulumi/pulumi"
import { ConfigError, readConfig } from "../../../infra/config.ts"
import { planProgram } from "../../../infra/plan/plan.ts"
import type { Plan, PlannedResource } from "../../../infra/plan/resource.ts"
import type { ConfigProblem } from "../../../infra/spec/config-key.ts"
import type { StackTarget } from "../../../infra/spec/target.ts"
import { AtlasStack } from "../../../infra/stack.ts"

type Config = Readonly<Record<string, string>>

/** What the config is read to, with this target alone. Throws a ConfigError for what it refuses. */
export const readFor = (target: StackTarget, config: Config, examples: "allowed" | "refused", stack = "test") =>
  readConfig(
    config,
    { [target.name]: { keys: async () => target.keys, load: async () => target } },
    { project: "atlas", stack, isSecret: () => false, examples },
  )

/** What a target refuses a config for; nothing where it takes it. */
export async function refusalsOf(
  target: StackTarget,
  config: Config,
  examples: "allowed" | "refused" = "allowed",
): Promise<readonly ConfigProblem[]> {
  try {
    await readFor(target, config, examples)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.problems
  }
}

/** How the configs of one target are refused. */
export const refusing = (target: StackTarget) => ({
  /** Each key with its value and what is allowed; what to do is another matter. */
  refusals: async (config: Config, examples?: "allowed" | "refused") =>
    (await refusalsOf(target, config, examples)).map(({ key, value, allowed }) => ({ key, value, allowed })),
  keysOf: async (config: Config, examples?: "allowed" | "refused") =>
    (await refusalsOf(target, config, examples)).map(({ key }) => key),
})

export interface TargetPlan extends Plan {
  /** The options of each resource by its name, which a plan does not show. */
  readonly options: ReadonlyMap<string, pulumi.CustomResourceOptions>
}

/** The plan of a stack on this target alone: every resource, with its inputs as plain values. */
export async function planOn(target: StackTarget, config: Config, stack = "production"): Promise<TargetPlan> {
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
      const { spec, values, names } = await readFor(target, config, examples, stack)
      const context = { spec, values, names, secret: () => undefined }
      const { url, instructions, release, archive, reach } = new AtlasStack("atlas", { context, target })
      return { url, instructions: instructions ?? pulumi.output("none"), release, archive, reach }
    },
  })
  return { ...plan, options }
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
