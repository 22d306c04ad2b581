import { join } from "./paths.ts"
import { forcesReplacement, holdsData, type ReplacementRule } from "./replacements.ts"
import type { Plan, PlannedResource } from "./resource.ts"

/** One value that differs. A side that is absent has no value. Secrets are alike in every plan, so never here. */
export interface PropertyChange {
  /** Such as "spec.template.spec.containers[optimizer].image"; what is no input stands in parentheses, such as "(protect)". */
  readonly path: string
  readonly before?: unknown
  readonly after?: unknown
  /** The page that says so, where a change of it is known to force a replacement. */
  readonly replaces?: string
}

export type Action = "create" | "delete" | "replace" | "update or replace"

export interface ResourceChange {
  readonly action: Action
  readonly urn: string
  readonly type: string
  readonly name: string
  /** What it holds is lost with it: its deletion or replacement is destructive. */
  readonly destroysData: boolean
  /** None for what is created or deleted. */
  readonly properties: readonly PropertyChange[]
}

export interface PlanDiff {
  /** Destructive ones first, then in the order of the plan; what is deleted comes after the rest. */
  readonly changes: readonly ResourceChange[]
  /** Resources that are alike in both. */
  readonly unchanged: number
}

/** What differs between two plans of a stack, by URN. */
export function diffPlans(before: Plan, after: Plan): PlanDiff {
  const old = new Map(before.resources.map((resource) => [resource.urn, resource]))
  const kept = new Set(after.resources.map(({ urn }) => urn))
  let unchanged = 0
  const changes = after.resources.flatMap((resource) => {
    const previous = old.get(resource.urn)
    if (previous === undefined) return [changeOf("create", resource, [])]
    const properties = diffResources(previous, resource)
    if (properties.length > 0) {
      const replaces = properties.some((property) => property.replaces !== undefined)
      return [changeOf(replaces ? "replace" : "update or replace", resource, properties)]
    }
    unchanged++
    return []
  })
  const deleted = before.resources
    .filter(({ urn }) => !kept.has(urn))
    .map((resource) => changeOf("delete", resource, []))
  const all = [...changes, ...deleted]
  const destructive = all.filter((change) => change.destroysData)
  return { changes: [...destructive, ...all.filter((change) => !change.destroysData)], unchanged }
}

const changeOf = (
  action: Action,
  { urn, type, name }: PlannedResource,
  properties: readonly PropertyChange[],
): ResourceChange => ({
  action,
  urn,
  type,
  name,
  destroysData: (action === "delete" || action === "replace") && holdsData(type),
  properties,
})

function diffResources(before: PlannedResource, after: PlannedResource): PropertyChange[] {
  return [
    ...diffValues(before.inputs, after.inputs, "").map((change) => {
      const rule: ReplacementRule | undefined = forcesReplacement(after.type, change.path)
      return rule === undefined ? change : { ...change, replaces: rule.source }
    }),
    ...diffValues(before.protect, after.protect, "(protect)"),
    ...diffValues(before.provider, after.provider, "(provider)"),
  ]
}

/**
 * Items of a list that have names are compared by them, such as containers and variables, where both lists keep one
 * order. Other lists are compared place by place, so an item that is inserted shows as a change of those after it.
 */
function diffValues(before: unknown, after: unknown, path: string): PropertyChange[] {
  if (Object.is(before, after)) return []
  if (Array.isArray(before) && Array.isArray(after)) {
    const [named, renamed] = [byName(before), byName(after)]
    if (named !== undefined && renamed !== undefined && inOneOrder(named, renamed)) {
      const keys = [...new Set([...named.keys(), ...renamed.keys()])]
      return keys.flatMap((key) => diffValues(named.get(key), renamed.get(key), `${path}[${key}]`))
    }
    const length = Math.max(before.length, after.length)
    return Array.from({ length }, (_, index) => diffValues(before[index], after[index], `${path}[${index}]`)).flat()
  }
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    return keys.flatMap((key) => diffValues(before[key], after[key], join(path, key)))
  }
  return [{ path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }]
}

/** The items by their names; undefined where one has none, or two have the same. */
function byName(list: readonly unknown[]): ReadonlyMap<string, unknown> | undefined {
  const entries = list.flatMap((item) =>
    isObject(item) && typeof item.name === "string" ? [[item.name, item] as const] : [],
  )
  const items = new Map(entries)
  return items.size === list.length ? items : undefined
}

/** Whether the names that both have stand in the same order: another order may be another meaning. */
function inOneOrder(before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, unknown>): boolean {
  const kept = [...before.keys()].filter((name) => after.has(name))
  const still = [...after.keys()].filter((name) => before.has(name))
  return kept.every((name, index) => still[index] === name)
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === "object" && !Array.isArray(value)

export interface Tally {
  readonly create: number
  readonly update: number
  readonly replace: number
  readonly delete: number
  readonly destructive: number
}

/** How many of each. */
export function tally({ changes }: PlanDiff): Tally {
  const count = (action: Action) => changes.filter((change) => change.action === action).length
  return {
    create: count("create"),
    update: count("update or replace"),
    replace: count("replace"),
    delete: count("delete"),
    destructive: changes.filter(({ destroysData }) => destroysData).length,
  }
}
