import { readdirSync } from "node:fs"
import { service } from "../../app/contract/service.ts"
import type { ObservedStack } from "../plan/compare.ts"
import { UsageError } from "./exit-codes.ts"
import { readStackFileForPlan } from "./stack-file.ts"

const root = new URL("../../", import.meta.url)
const cloudKey = `${service.name}:cloud`

/** The stack that stands for each target: of those with its `atlas:cloud`, the first by name. */
export function stackOfTargets(targets: readonly string[], folder: URL = root): Readonly<Record<string, string>> {
  const stacks = readdirSync(folder)
    .flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? [])
    .sort()
    .map((stack) => ({ stack, cloud: readStackFileForPlan(stack, folder).config[cloudKey] }))
  return Object.fromEntries(
    targets.map((target) => {
      const found = stacks.find(({ cloud }) => cloud === target)
      if (found === undefined) {
        throw new UsageError(
          `No stack has ${cloudKey}: ${target}; there is ${stacks.map(({ stack }) => stack).join(", ")}. ` +
            `Each target is compared by a stack of its own: add a Pulumi.STACK.yaml for it`,
        )
      }
      return [target, found.stack]
    }),
  )
}

/** What a stack asks for and what its planned resources say, on its own target or the one that is given. */
export async function observeStack(stack: string, cloud?: string): Promise<ObservedStack> {
  const [{ planProgram }, { observers }, { expectedObservation }, { program }, { readConfig }, { targets }] =
    await Promise.all([
      import("../plan/plan.ts"),
      import("../plan/observers/index.ts"),
      import("../plan/expectation.ts"),
      import("../index.ts"),
      import("../config.ts"),
      import("../targets/index.ts"),
    ])
  const { project, config: own, secretKeys } = readStackFileForPlan(stack)
  const config = cloud === undefined ? own : { ...own, [cloudKey]: cloud }
  const isSecret = (key: string) => secretKeys.includes(key)
  const { spec, target } = await readConfig(config, targets, { project, stack, isSecret, examples: "allowed" })
  // The gateway's configuration is a secret, and an observer reads what it holds; only the observation is shown.
  const { resources } = await planProgram({ project, stack, config, secretKeys, program, secrets: "bare" })
  const observe = observers[target.name]
  if (observe === undefined) {
    throw new Error(`The target ${target.name} has no observer: give it one in infra/plan/observers/index.ts`)
  }
  const { name, limits } = target
  return { name, expected: expectedObservation(spec), observation: observe(resources), limits }
}
