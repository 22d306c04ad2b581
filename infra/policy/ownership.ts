import { service } from "../../app/contract/service.ts"
import { ownershipTags } from "../spec/names.ts"

/** The names of the tags or labels by which a resource says whose it is. */
const ownership = Object.keys(ownershipTags({ project: service.name, stack: "", generation: 1 }, ""))

/** What is missing, as a sentence's beginning; undefined where all is there. `has` tells whether a name is there. */
export function missingOwnership(has: (name: string) => boolean): string | undefined {
  const missing = ownership.filter((name) => !has(name))
  return missing.length === 0 ? undefined : `${missing.join(", ")} missing`
}
