import type { PlannedResource } from "../../../plan/resource.ts"
import type { RuleId } from "../../catalog/index.ts"
import type { Check, Path, Problem } from "../../check.ts"
import { at, list } from "../../values.ts"

export const serviceType = "gcp:cloudrunv2/service:Service"
export const poolType = "gcp:cloudrunv2/workerPool:WorkerPool"
export const jobType = "gcp:cloudrunv2/job:Job"
export const runTypes = [serviceType, poolType, jobType]

/** Where the template of an instance stands: a job's has one of executions around it. */
export const templatePath = ({ type }: PlannedResource): Path =>
  type === jobType ? ["template", "template"] : ["template"]

/** A check of what a template says of its instances. */
export const ofTemplate = (
  rule: RuleId,
  problems: (template: unknown, resource: PlannedResource) => readonly Problem[],
  types: readonly string[] = runTypes,
): Check => ({
  rule,
  types,
  scope: "resource",
  problems: (resource) => {
    const path = templatePath(resource)
    return problems(at(resource.inputs, path), resource).map((problem) => under(path, problem))
  },
})

/** A check of each container; `others` are all of its instance. */
export const eachContainer = (
  rule: RuleId,
  problems: (container: unknown, others: readonly unknown[]) => readonly Problem[],
  types: readonly string[] = runTypes,
): Check =>
  ofTemplate(
    rule,
    (template) => {
      const containers = list(at(template, ["containers"]))
      return containers.flatMap((container, index) =>
        problems(container, containers).map((problem) => under(["containers", index], problem)),
      )
    },
    types,
  )

/** The same problem, seen from further up; its message tells the path too. */
const under = (path: Path, { path: below, message }: Problem): Problem => ({ path: [...path, ...below], message })
