import { type ConfigProblem, imageReference } from "../../spec/config-key.ts"
import type { StackSpec } from "../../spec/stack-spec.ts"
import { defaultCidr, mostReplicas } from "./addresses.ts"
import type { Values } from "./keys.ts"

/** What is wrong only together: what the spec asks for, and what the target's keys give. */
export function check({ image, workloads }: StackSpec, values: Values): ConfigProblem[] {
  const problems: ConfigProblem[] = []
  if (image.reference === undefined) {
    const { allowed } = imageReference()
    const action = "Build and push the image, and set its digest"
    problems.push({ key: "atlas:image", value: undefined, allowed, action })
  }
  const cidr = values["compose:cidr"] ?? defaultCidr
  const [{ min }, most] = [workloads.api.replicas, mostReplicas(cidr)]
  if (min > most) {
    const allowed = `at most ${most}, for which ${cidr} has networks`
    const action = "Lower it, or set a larger compose:cidr"
    problems.push({ key: "atlas:apiMinReplicas", value: String(min), allowed, action })
  }
  return problems
}
