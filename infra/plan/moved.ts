import type { PlanFinding } from "./render/report.ts"
import type { Plan } from "./resource.ts"

/**
 * A stack keeps its cloud for life: with another one the engine would delete everything on the old cloud, its data too,
 * in the update that creates the new. Moving is a second stack and a switch between the two.
 */
export function movedStack(before: Plan, after: Plan): PlanFinding[] {
  if (before.resources.length === 0 || before.target === after.target) return []
  return [
    {
      rule: "stack-keeps-its-cloud",
      severity: "mandatory",
      urn: after.resources[0]?.urn ?? "",
      path: "atlas:cloud",
      message:
        `The stack "${after.stack}" is on ${before.target} and would be on ${after.target}: everything on ` +
        `${before.target} would be deleted. Keep its atlas:cloud, and make a stack "${after.stack}-${after.target}" beside it`,
    },
  ]
}
