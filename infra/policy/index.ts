import type { PlannedResource } from "../plan/resource.ts"
import { catalog } from "./catalog/index.ts"
import type { Check, PlanView } from "./check.ts"
import type { Finding, PolicyContext, Rule } from "./rule.ts"
import { awsChecks } from "./rules/aws/index.ts"
import { azureChecks } from "./rules/azure/index.ts"
import { commonChecks } from "./rules/common.ts"
import { gcpChecks } from "./rules/gcp/index.ts"
import { kubernetesChecks } from "./rules/kubernetes/index.ts"
import { pathText } from "./values.ts"

export type { Finding, PolicyContext, Rule, Severity } from "./rule.ts"

/** A cloud is one table more. */
const checks: readonly Check[] = [...commonChecks, ...kubernetesChecks, ...awsChecks, ...gcpChecks, ...azureChecks]

/** Every rule, in the catalog's order. */
export const rules: readonly Rule[] = Object.entries(catalog).map(([id, text]) => {
  const own = checks.filter(({ rule }) => rule === id)
  const check = (resource: PlannedResource, view: PlanView): Finding[] =>
    own
      .filter(({ types }) => types === "all" || types.includes(resource.type))
      .flatMap(({ problems }) => problems(resource, view))
      .map(({ path, message }) => ({
        rule: id,
        severity: text.severity,
        urn: resource.urn,
        message,
        path: pathText(path),
      }))
  return {
    ...text,
    id,
    scope: own.some(({ scope }) => scope === "plan") ? "plan" : "resource",
    check: (resources, context) => resources.flatMap((resource) => check(resource, { resources, context })),
  }
})

/** All that is wrong with a plan: what is mandatory first, then in the order of the plan. Empty for a good one. */
export function findingsOf(resources: readonly PlannedResource[], context: PolicyContext): Finding[] {
  const order = new Map(resources.map(({ urn }, index) => [urn, index]))
  const rank = ({ severity, urn }: Finding) => (severity === "mandatory" ? 0 : order.size) + (order.get(urn) ?? 0)
  return rules.flatMap((rule) => rule.check(resources, context)).sort((one, other) => rank(one) - rank(other))
}
