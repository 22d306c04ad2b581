import { type PlannedResource, secretMark } from "../plan/resource.ts"
import type { RuleId } from "./catalog/index.ts"
import type { Check, Path, PlanView, Problem } from "./check.ts"

/** Whether a value, or a part of it, cannot be read in a plan: another resource's answer, or a secret. */
export const isHidden = (value: unknown): value is string =>
  typeof value === "string" && (value.includes(secretMark) || /\$\{[^}]*\}/.test(value))

/** The value at a path. What lies below a hidden value is hidden too, and answers with it. */
export function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, key) => {
    if (isHidden(inner)) return inner
    return typeof inner === "object" && inner !== null && Object.hasOwn(inner, key)
      ? (inner as Readonly<Record<string | number, unknown>>)[key]
      : undefined
  }, value)
}

/** The items of a list; none for anything else. */
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** The members of an object; none for anything else. */
export const entries = (value: unknown): readonly (readonly [string, unknown])[] =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : []

export const pathText = (path: Path): string =>
  path
    .map((key) => {
      if (typeof key === "number") return `[${key}]`
      return /^\w+$/.test(key) ? `.${key}` : `["${key}"]`
    })
    .join("")
    .replace(/^\./, "")

export const shown = (value: unknown): string => (value === undefined ? "missing" : JSON.stringify(value))

/** Every text in a value, with its path. */
export function texts(value: unknown, path: Path = []): readonly { readonly path: Path; readonly text: string }[] {
  if (typeof value === "string") return [{ path, text: value }]
  if (Array.isArray(value)) return value.flatMap((item, index) => texts(item, [...path, index]))
  return entries(value).flatMap(([key, member]) => texts(member, [...path, key]))
}

/** What a property must hold. */
export interface Demand {
  readonly rule: RuleId
  readonly types: readonly string[]
  readonly path: Path
  readonly fits: (value: unknown) => boolean
  /** What is allowed, as it stands in the message. */
  readonly allowed: string
  /** The rule holds only where this is so. */
  readonly when?: (resource: PlannedResource, view: PlanView) => boolean
}

/** A check of one property. */
export const property = ({ rule, types, path, fits, allowed, when }: Demand): Check => ({
  rule,
  types,
  scope: "resource",
  problems: (resource, view) => {
    const value = at(resource.inputs, path)
    if (when?.(resource, view) === false || isHidden(value) || fits(value)) return []
    return [mustBe(path, value, allowed)]
  },
})

/** The one form of message: what is there, and what must be. */
export const mustBe = (path: Path, value: unknown, allowed: string): Problem => ({
  path,
  message: `${pathText(path)} is ${shown(value)}; it must be ${allowed}`,
})

export const isTrue = (value: unknown): boolean => value === true
export const isNotTrue = (value: unknown): boolean => value !== true
export const atLeast =
  (least: number) =>
  (value: unknown): boolean =>
    typeof value === "number" && value >= least

/** How long a production database can be taken back. A policy's floor, not the spec's figure: read from there, it would sink with it. */
export const backupDays = 30

export const inProduction = (_: PlannedResource, { context }: PlanView): boolean => context.environment === "production"

/** Where clients are served under a name, so under TLS; only a development stack may do without a domain. */
export const isServed = (_: PlannedResource, { context }: PlanView): boolean => context.environment !== "development"

/**
 * Whether one resource names the other: it takes a value from it, or holds the same name. A name that is hidden comes
 * from another resource, so what depends on what tells that one.
 */
export function refersTo(resource: PlannedResource, other: PlannedResource, own: Path, others: Path): boolean {
  const name = at(resource.inputs, own)
  const known = at(other.inputs, others)
  return resource.dependencies.includes(other.urn) || (typeof name === "string" && name === known)
}

/** The probes that a container lacks. */
export const missingProbes = (container: unknown, probes: readonly string[]): readonly Problem[] =>
  probes
    .filter((probe) => at(container, [probe]) === undefined)
    .map((probe) => mustBe([probe], undefined, "set: an httpGet or exec probe of this container"))
