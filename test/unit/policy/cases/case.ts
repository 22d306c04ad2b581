import type { PlannedResource } from "../../../../infra/plan/resource.ts"
import type { Environment } from "../../../../infra/spec/stack-spec.ts"

type Resources = readonly PlannedResource[]
export type Change = (resources: Resources) => Resources

/** One change of a sound stack, and exactly what must be found in it. */
export interface Case {
  readonly rule: string
  readonly change: Change
  /** The resource's name, the path and the message. */
  readonly finds: readonly (readonly [name: string, path: string, message: string])[]
  /** Without it production. */
  readonly environment?: Environment
}

type Keys = readonly (string | number)[]

/** Sets, or with `undefined` removes, an input of the resource of that name. */
export const put =
  (name: string, keys: Keys, value: unknown): Change =>
  (resources) =>
    edit(resources, name, (resource) => {
      const inputs = structuredClone(resource.inputs)
      const last = keys.at(-1)
      const owner = keys.slice(0, -1).reduce<unknown>((inner, key) => Reflect.get(Object(inner), key), inputs)
      if (typeof owner !== "object" || owner === null || last === undefined) {
        throw new Error(`The sample ${name} has no ${keys.join(".")}`)
      }
      if (value === undefined) Reflect.deleteProperty(owner, last)
      else Reflect.set(owner, last, value)
      return { ...resource, inputs }
    })

/** Changes what stands beside the inputs. */
export const set =
  (name: string, change: Partial<PlannedResource>): Change =>
  (resources) =>
    edit(resources, name, (resource) => ({ ...resource, ...change }))

export const drop =
  (name: string): Change =>
  (resources) => {
    const rest = resources.filter((resource) => resource.name !== name)
    if (rest.length === resources.length) throw new Error(`There is no sample ${name}`)
    return rest
  }

export const add =
  (resource: PlannedResource): Change =>
  (resources) => [...resources, resource]

export const all =
  (...changes: readonly Change[]): Change =>
  (resources) =>
    changes.reduce((changed, change) => change(changed), resources)

function edit(resources: Resources, name: string, change: (resource: PlannedResource) => PlannedResource): Resources {
  if (!resources.some((resource) => resource.name === name)) throw new Error(`There is no sample ${name}`)
  return resources.map((resource) => (resource.name === name ? change(resource) : resource))
}

/** One finding. */
export const broken = (
  rule: string,
  change: Change,
  name: string,
  path: string,
  message: string,
  environment?: Environment,
): Case => ({
  rule,
  change,
  finds: [[name, path, message]],
  ...(environment === undefined ? {} : { environment }),
})

/** What a rule must leave alone. */
export const sound = (rule: string, change: Change, environment?: Environment): Case => ({
  rule,
  change,
  finds: [],
  ...(environment === undefined ? {} : { environment }),
})
