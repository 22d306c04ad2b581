import { EnvSchema } from "../../app/contract/env.ts"
import { compareStacks } from "../plan/compare.ts"
import type { Plan } from "../plan/resource.ts"
import { findingsOf } from "../policy/index.ts"
import type { Environment } from "../spec/stack-spec.ts"
import { observeStack } from "./observe.ts"
import type { PlanChecks } from "./plan-command.ts"
import { readStackFileForPlan } from "./stack-file.ts"

const environments: readonly Environment[] = EnvSchema.properties.ENVIRONMENT.anyOf.map((member) => member.const)

/** What is read from every plan beside its resources: facets with their verdicts, and the findings of the policies. */
export const checks: PlanChecks = {
  facets: async ({ stack, target }) =>
    compareStacks([await observeStack(stack, target)]).map(({ facet, verdicts }) => ({ facet, ...verdicts[target] })),
  findings: (plan) => findingsOf(plan.resources, { environment: environmentOf(plan) }),
}

/** The config has been checked by the plan itself, so the environment is there. */
function environmentOf({ stack }: Plan): Environment {
  const given = readStackFileForPlan(stack).config["atlas:environment"]
  return environments.find((environment) => environment === given) ?? "production"
}
