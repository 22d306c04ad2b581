import * as pulumi from "@pulumi/pulumi"
import { join } from "./paths.ts"

/**
 * Lets a reader know when the program reads one of these properties of a resource under construction. The SDK refuses a
 * property that is already there, but assigns through an inherited one.
 */
export function watchReads(
  resource: pulumi.Resource,
  properties: readonly string[],
  onRead: (property: string) => void,
): void {
  const guard: object = Object.create(Object.getPrototypeOf(resource))
  for (const property of properties) {
    let held: unknown
    Object.defineProperty(guard, property, {
      set: (value) => {
        held = value
      },
      get: () => {
        onRead(property)
        return held
      },
    })
  }
  Object.setPrototypeOf(resource, guard)
}

interface Resolvable extends pulumi.Output<unknown> {
  /** Resources that the value was made of. */
  resources(): ReadonlySet<pulumi.Resource>
}

/**
 * Reports each input that is an output of another resource and comes to nothing: the SDK leaves it out without a word.
 * Where the program itself says undefined, the property was meant to be absent.
 */
export function watchInputs(value: unknown, path: string, onUndefined: (path: string, sources: string) => void): void {
  if (pulumi.Output.isInstance(value)) {
    const output = value as Resolvable
    const sources = [...output.resources()]
    if (sources.length === 0) return
    output.apply((resolved) => {
      if (resolved === undefined) onUndefined(path, sources.map(describe).join(", "))
    })
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) watchInputs(item, `${path}[${index}]`, onUndefined)
  } else if (isPlain(value)) {
    for (const [key, item] of Object.entries(value)) watchInputs(item, join(path, key), onUndefined)
  }
}

const isPlain = (value: unknown): value is object =>
  value !== null && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype

/** The SDK keeps type and name of a resource to itself, under these names. */
function describe(resource: pulumi.Resource): string {
  const { __pulumiType: type, __name: name } = resource as { __pulumiType?: string; __name?: string }
  return `${type} "${name}"`
}
