import { service } from "../../../../app/contract/service.ts"
import type { PlannedResource } from "../../../../infra/plan/resource.ts"
import { ownershipTags } from "../../../../infra/spec/names.ts"

/** What the samples are made of: small stacks in which everything is right, in Pulumi's real types and properties. */

export const owned = ownershipTags({ project: "atlas", stack: "production", generation: 1 }, "production")
const component = `urn:pulumi:production::atlas::${service.name}:stack:AtlasStack::atlas`

type Inputs = PlannedResource["inputs"]
type More = Partial<Pick<PlannedResource, "parent" | "dependencies" | "provider" | "protect">>

/** A resource under the stack's component; its URN is `urn(name)`. */
export const resource = (name: string, type: string, inputs: Inputs, more: More = {}): PlannedResource => ({
  urn: urn(name),
  type,
  name,
  parent: component,
  inputs,
  dependencies: [],
  provider: undefined,
  protect: false,
  ...more,
})

export const urn = (name: string): string => (name === "atlas" ? component : `urn:pulumi:production::atlas::${name}`)

/** Depends on the resources of these names. */
export const after = (...names: readonly string[]): More => ({ dependencies: names.map(urn) })

/** What another resource will answer, as a plan shows it. */
export const answer = (path: string): string => `\${${path}}`

/** What every stack begins with. */
export const roots: readonly PlannedResource[] = [
  resource("stack", "pulumi:pulumi:Stack", {}, { parent: undefined }),
  resource("atlas", `${service.name}:stack:AtlasStack`, {}, { parent: urn("stack") }),
]
