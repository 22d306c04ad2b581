import type { PlanDiff } from "../diff.ts"
import type { Plan } from "../resource.ts"

/** What a policy finds in a plan. */
export interface PlanFinding {
  readonly rule: string
  readonly severity: "mandatory" | "advisory"
  readonly urn: string
  /** Where in the inputs; empty for the resource as a whole. */
  readonly path: string
  readonly message: string
}

/** Everything that is shown of a plan, in every format. */
export interface PlanReport {
  readonly plan: Plan
  /** The facets of the contract as they are read back from the resources. */
  readonly facets: readonly unknown[]
  readonly findings: readonly PlanFinding[]
  /** What changes against another commit. */
  readonly comparison?: Comparison
}

export interface Comparison {
  /** The commit as it was asked for, such as origin/main. */
  readonly against: string
  readonly diff: PlanDiff
}

/** The last part of a type token, such as "Cluster". */
export const kindOf = (type: string): string => type.slice(type.lastIndexOf(":") + 1)

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`
