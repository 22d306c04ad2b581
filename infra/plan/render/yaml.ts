import { Document } from "yaml"
import type { PlannedResource } from "../resource.ts"
import type { PlanReport } from "./report.ts"

const prefix = "kubernetes:"
/** Types of the package that are no objects of a cluster. */
const helpers = /^kubernetes:(helm|kustomize|yaml)/

/**
 * The Kubernetes objects, a document each, in the order of the plan. Secrets stand as the mark, so a Secret must be given
 * its values before it can be applied.
 */
export function renderYaml({ plan }: PlanReport): string {
  const objects = plan.resources.filter(({ type }) => type.startsWith(prefix) && !helpers.test(type))
  if (objects.length === 0) return `# The plan of "${plan.stack}" on ${plan.target} has no Kubernetes objects.\n`
  return objects.map(renderObject).join("")
}

const first = ["apiVersion", "kind", "metadata"]

/** The members that tell what an object is come first, as everywhere. */
function renderObject({ inputs }: PlannedResource): string {
  const known = first.flatMap((key) => (key in inputs ? [[key, inputs[key]]] : []))
  const others = Object.entries(inputs).filter(([key]) => !first.includes(key))
  // Anchors would make one object's text depend on another value of it.
  // Version 1.1, which kubectl reads: there a plain "off" is false, and has to be quoted.
  const options = { aliasDuplicateObjects: false, version: "1.1" } as const
  const document = new Document(Object.fromEntries([...known, ...others]), options)
  return `---\n${document.toString({ lineWidth: 0, directives: false })}`
}
