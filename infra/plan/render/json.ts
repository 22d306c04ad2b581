import { tally } from "../diff.ts"
import type { Plan } from "../resource.ts"
import type { PlanReport } from "./report.ts"

/** The stable form, as docs/plan.md tells it. Names are only ever added. */
export function renderJson({ plan, facets, findings, comparison }: PlanReport): string {
  const { stack, target, resources, outputs } = plan
  const changes =
    comparison === undefined
      ? {}
      : {
          comparison: {
            against: comparison.against,
            tally: tally(comparison.diff),
            unchanged: comparison.diff.unchanged,
            changes: comparison.diff.changes,
          },
        }
  return `${JSON.stringify({ stack, target, resources, outputs, facets, findings, ...changes }, undefined, 2)}\n`
}

/** The plan that another commit's command has written. Throws for what is none. */
export function parsePlan(text: string): Plan {
  const value: unknown = JSON.parse(text)
  if (value === null || typeof value !== "object" || !("resources" in value) || !Array.isArray(value.resources)) {
    throw new Error("It is no plan: it has no list of resources")
  }
  // A plan of an older commit may lack what has been added since.
  return { stack: "", target: "", outputs: {}, ...value } as Plan
}
