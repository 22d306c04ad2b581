import type { PlannedResource } from "../plan/resource.ts"
import type { RuleId } from "./catalog/index.ts"
import type { PolicyContext, Scope } from "./rule.ts"

/** How one kind of resource is judged by a rule: the rows of the tables in rules/. */
export interface Check {
  readonly rule: RuleId
  /** Pulumi type tokens; "all" for every resource. */
  readonly types: readonly string[] | "all"
  /** `plan` where other resources count too. */
  readonly scope: Scope
  problems(resource: PlannedResource, view: PlanView): readonly Problem[]
}

export interface PlanView {
  readonly resources: readonly PlannedResource[]
  readonly context: PolicyContext
}

export interface Problem {
  readonly path: Path
  readonly message: string
}

export type Path = readonly (string | number)[]
