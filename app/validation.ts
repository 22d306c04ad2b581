import type { Static, TSchema } from "typebox"
import { Compile } from "typebox/compile"
import { Settings } from "typebox/system"
import { Value } from "typebox/value"
import type { FieldError } from "./contract/problems.ts"
import { once } from "./once.ts"

/** What TypeBox says of one mismatch; the shape is that of JSON Schema validators. */
interface SchemaError {
  readonly keyword: string
  readonly schemaPath: string
  readonly instancePath: string
  readonly params: object
  readonly message: string
}

/** The most field errors that one answer lists: a hostile body must not make a huge answer. */
export const MAX_ERRORS = 50

// TypeBox stops at 8 of its own, several of which make one of ours.
Settings.Set({ maxErrors: MAX_ERRORS * 20 })

export type Checked<T> = { ok: true; value: T } | { ok: false; errors: FieldError[] }

/**
 * A reusable check of a schema. `strict` takes values as they are (a JSON body); `text` first reads numbers and
 * booleans out of strings and fills in defaults (parameters and environment variables, which are always text).
 */
export function checker<S extends TSchema>(
  schema: S,
  values: "strict" | "text",
): (input: unknown) => Checked<Static<S>> {
  // At the first value: a process starts with dozens of schemas, of which it may never need most.
  const compiled = once(() => Compile(schema))
  return (input) => {
    const overfull = tooMany(schema, input)
    if (overfull.length > 0) return { ok: false, errors: overfull }
    const value = values === "text" ? Value.Convert(schema, Value.Default(schema, structuredClone(input))) : input
    if (compiled().Check(value)) return { ok: true, value: value as Static<S> }
    return { ok: false, errors: fieldErrors(compiled().Errors(value) as SchemaError[]) }
  }
}

/** What a schema says of how much a value may hold. */
interface Counts {
  readonly properties?: Readonly<Record<string, Counts>>
  readonly maxItems?: number
  readonly maxProperties?: number
}

/**
 * The lists and records of a value, and of the objects in it, that hold more than they may. Asked before anything in them is
 * looked at: TypeBox looks at every member first, and of 60,000 curves that takes seconds.
 */
function tooMany({ properties, maxItems, maxProperties }: Counts, value: unknown, path = ""): FieldError[] {
  if (typeof value !== "object" || value === null) return []
  const count = Array.isArray(value) ? value.length : Object.keys(value).length
  const [most, what] = Array.isArray(value) ? [maxItems, "items"] : [maxProperties, "properties"]
  if (most !== undefined && count > most) return [{ path, message: `must not have more than ${most} ${what}` }]
  const members = value as Readonly<Record<string, unknown>>
  return Object.entries(properties ?? {}).flatMap(([name, schema]) =>
    Object.hasOwn(members, name) ? tooMany(schema, members[name], `${path}/${pointerToken(name)}`) : [],
  )
}

/**
 * The errors of a schema in a reader's terms: one for each field, unions reduced to the alternative that was meant.
 */
export function fieldErrors(errors: readonly SchemaError[]): FieldError[] {
  const seen = new Set<string>()
  const found: FieldError[] = []
  for (const error of reduceUnions(errors)) {
    const read = readable(error)
    const key = `${read.path}\n${read.message}`
    if (seen.has(key)) continue
    seen.add(key)
    found.push(read)
    if (found.length === MAX_ERRORS) break
  }
  return found
}

/** A failed union reports every alternative's errors. Keep those of the alternative whose literal members fit. */
function reduceUnions(errors: readonly SchemaError[]): SchemaError[] {
  // The outermost first, which has the shortest path: its alternatives hold the inner ones.
  const union = errors
    .filter(({ keyword }) => keyword === "anyOf")
    .reduce<SchemaError | undefined>(
      (outermost, candidate) =>
        outermost && outermost.schemaPath.length <= candidate.schemaPath.length ? outermost : candidate,
      undefined,
    )
  if (!union) return [...errors]
  const inside = errors.filter((error) => holds(union, error))
  const outside = errors.filter((error) => error !== union && !inside.includes(error))
  const alternatives = Map.groupBy(inside, (error) => alternativeOf(union.schemaPath, error))
  const meant = [...alternatives.values()].find(
    (alternative) => !alternative.some((error) => error.keyword === "const" || isWrongKind(error, union)),
  )
  if (meant) return [...reduceUnions(meant), ...reduceUnions(outside)]
  return [...literalErrors(inside, union), ...reduceUnions(outside)]
}

/** Whether the error is of one of the union's alternatives, for the same value: a record's values share one schema. */
function holds(union: SchemaError, error: SchemaError): boolean {
  const isWithin = error.instancePath === union.instancePath || error.instancePath.startsWith(`${union.instancePath}/`)
  return isWithin && error.schemaPath.startsWith(`${union.schemaPath}/anyOf/`)
}

function alternativeOf(unionPath: string, error: SchemaError): string {
  return error.schemaPath.slice(`${unionPath}/anyOf/`.length).split("/")[0] ?? ""
}

/** The value itself has another type than this alternative: a number where an object was offered. */
function isWrongKind(error: SchemaError, union: SchemaError): boolean {
  return error.keyword === "type" && error.instancePath === union.instancePath
}

/** No alternative was meant: say which literals would have chosen one, or that no alternative fits. */
function literalErrors(inside: readonly SchemaError[], union: SchemaError): SchemaError[] {
  const literals = inside.filter((error) => error.keyword === "const")
  const first = literals[0]
  if (!first) return [{ ...union, message: "must fit one of the alternatives of its schema" }]
  const allowed = literals
    .filter((error) => error.instancePath === first.instancePath)
    .map((error) => JSON.stringify((error.params as { allowedValue?: unknown }).allowedValue))
  return [{ ...first, keyword: "enum", message: `must be one of ${[...new Set(allowed)].join(", ")}` }]
}

function readable(error: SchemaError): FieldError {
  if (error.keyword === "boolean") return { path: error.instancePath, message: "is not known here" }
  if (error.keyword === "required") {
    const missing = (error.params as { requiredProperties?: string[] }).requiredProperties ?? []
    return { path: error.instancePath, message: `must have ${missing.join(", ")}` }
  }
  if (error.keyword === "additionalProperties") {
    const unknown = (error.params as { additionalProperties?: string[] }).additionalProperties ?? []
    return { path: `${error.instancePath}/${pointerToken(unknown[0] ?? "")}`, message: "is not known here" }
  }
  return { path: error.instancePath, message: error.message }
}

/** One name as a JSON pointer's token (RFC 6901). */
export function pointerToken(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1")
}
