import type { PlannedResource } from "../plan/resource.ts"
import type { Environment, Facet } from "../spec/stack-spec.ts"

/** A mandatory finding stops a deployment; an advisory one is only shown. */
export type Severity = "mandatory" | "advisory"

/** What a rule may know beside the resources. */
export interface PolicyContext {
  readonly environment: Environment
}

/** One place that breaks a rule. */
export interface Finding {
  /** The rule's id. */
  readonly rule: string
  /** The rule's. */
  readonly severity: Severity
  readonly urn: string
  /** The value that is there, what is allowed, and what to do. */
  readonly message: string
  /** Where in the inputs, such as "spec.template.spec.containers[0].image"; empty for the resource as a whole. */
  readonly path: string
}

/** What a rule demands, in no cloud's words. */
export interface RuleText {
  readonly title: string
  readonly why: string
  /** The vendor's page that asks for it or sets its terms, or the facet of the contract that it holds. */
  readonly source: `https://${string}` | Facet
  readonly severity: Severity
}

export interface Rule extends RuleText {
  readonly id: string
  /** Whether one resource is enough to judge. The others need the whole plan. */
  readonly scope: Scope
  /** What breaks the rule. A pure function; a value that is not known yet, or is secret, is taken to be right. */
  check(resources: readonly PlannedResource[], context: PolicyContext): Finding[]
}

/** How much must be seen to judge. */
export type Scope = "resource" | "plan"
