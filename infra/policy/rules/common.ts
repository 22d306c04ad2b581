import { service } from "../../../app/contract/service.ts"
import type { PlannedResource } from "../../plan/resource.ts"
import type { Check } from "../check.ts"
import { pathText, shown, texts } from "../values.ts"

/** The engine's own resources: the stack, what it keeps in its state, and providers that no program gave. */
const isEngines = ({ type, name }: PlannedResource): boolean =>
  ["pulumi:pulumi:Stack", "pulumi:index:Stash"].includes(type) ||
  (type.startsWith("pulumi:providers:") && name.startsWith("default"))

/**
 * What a program error leaves in a text: a missing value, a number that is none, an object or an output put into a
 * text, and the identifiers that stand for unknown values between a program and the engine (@pulumi/policy, proxy.ts).
 */
const sentinels: readonly RegExp[] = [
  /(?<![\w-])undefined(?![\w-])/,
  /(?<![\w-])NaN(?![\w-])/,
  /\[object \w+\]/,
  /Calling \[\w+\] on an \[Output<T>\]/,
  /1c4a061d-8072-4f0a-a4cb-0ff528b18fe7/,
  /3eeb2bf0-c639-47a8-9e75-3b44932eb421/,
  /04da6b54-80e4-46f7-96ec-b56ff0331ba9/,
  /6a19a0b0-7e62-4c92-b797-7f8e31da9cc2/,
  /030794c1-ac77-496b-92df-f27374a8bd58/,
  /e48ece36-62e2-4504-bad9-02848725956a/,
  /dd056dcd-154b-4c76-9bd3-c8f88648b5ff/,
]

/** The rules that look at every resource, whatever its cloud. */
export const commonChecks: readonly Check[] = [
  {
    rule: "parented",
    types: "all",
    scope: "plan",
    problems: (resource, { resources }) => {
      if (isEngines(resource)) return []
      const roots = resources.filter((one) => !isEngines(one) && isRoot(one, resources))
      const component = roots.find(({ type }) => type.startsWith(`${service.name}:`))
      if (resource === component) return []
      const parent = resources.find(({ urn }) => urn === resource.parent)
      if (parent !== undefined && !isEngines(parent)) return []
      const found = resource.parent === undefined || parent !== undefined ? "no parent" : "a parent outside the plan"
      return [{ path: [], message: `it has ${found}; give it the stack's component as parent` }]
    },
  },
  {
    rule: "no-sentinel",
    types: "all",
    scope: "resource",
    problems: ({ inputs }) =>
      texts(inputs).flatMap(({ path, text }) => {
        const found = sentinels.map((sentinel) => sentinel.exec(text)?.[0]).find((match) => match !== undefined)
        if (found === undefined) return []
        const message = `${pathText(path)} holds ${shown(found)}, which a program error leaves; give it its value`
        return [{ path, message }]
      }),
  },
]

/** Whether it hangs from nothing but the engine's stack. */
function isRoot(resource: PlannedResource, resources: readonly PlannedResource[]): boolean {
  const parent = resources.find(({ urn }) => urn === resource.parent)
  return resource.parent === undefined || (parent !== undefined && isEngines(parent))
}
