import * as pulumi from "@pulumi/pulumi"
import { join } from "./paths.ts"
import { secretMark } from "./resource.ts"

/** How a value of the SDK's wire is read for a plan. */
interface Reading {
  /** Where a problem is reported, with the path of the value. */
  readonly problem: (path: string, what: string) => void
  /** Under a secret nothing is shown, but holes are still looked for. */
  readonly hidden: boolean
  /** Secrets as they are, for an observer that must read what they hold. */
  readonly bare: boolean
}

const { specialSigKey, specialAssetSig, specialArchiveSig, specialResourceSig, unknownValue } = pulumi.runtime

/**
 * What a program makes of a value that it did not have: the text of undefined in a template, an output where its value
 * was meant, an object where text was meant.
 */
const holes: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  { pattern: /\bundefined\b/, what: "holds undefined" },
  { pattern: /\bNaN\b/, what: "holds what is no number" },
  { pattern: /\[object Object\]/, what: "holds an object where text is meant" },
  { pattern: /\[Output<T>\]/, what: "holds an output where its value is meant: use pulumi.interpolate" },
  { pattern: new RegExp(unknownValue), what: "is not known" },
]

type Wire = Readonly<Record<string, unknown>>

/**
 * A value of the wire as plain JSON, without its secrets. Holes are reported by their path. Undefined only for a secret
 * that holds nothing, which is no value.
 */
export function readWire(value: unknown, path: string, reading: Reading): unknown {
  const { problem, hidden, bare } = reading
  if (typeof value === "string") {
    for (const { pattern, what } of holes) if (pattern.test(value)) problem(path, what)
    return value
  }
  if (typeof value === "number") {
    if (!Number.isFinite(value)) problem(path, "holds what is no number")
    return value
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => {
      const read = readWire(item, `${path}[${index}]`, reading)
      if (read === undefined || read === null) problem(`${path}[${index}]`, "holds undefined")
      return read
    })
  }
  if (value === null || typeof value !== "object") return value
  const wire = value as Wire
  if (pulumi.runtime.isRpcSecret(wire)) {
    const inner = readWire(wire.value, path, { problem, hidden: true, bare })
    if (inner === undefined || inner === null) return undefined
    return hidden || bare ? inner : secretMark
  }
  const signature = wire[specialSigKey]
  if (signature === specialResourceSig) return wire.id ?? wire.urn
  if (signature === specialAssetSig || signature === specialArchiveSig) return readWire(unsigned(wire), path, reading)
  return readObject(wire, path, reading)
}

function readObject(wire: Wire, path: string, reading: Reading): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(wire).flatMap(([key, inner]) => {
      const place = join(path, key)
      if (key === "undefined") reading.problem(place, "is a name that is undefined")
      const read = readWire(inner, place, reading)
      return read === undefined ? [] : [[key, read]]
    }),
  )
}

/** An asset or archive is its text, path or address. */
const unsigned = ({ [specialSigKey]: _, ...wire }: Wire): Wire => wire

/** A secret map whose members are named elsewhere: the names stay, each value is hidden. */
export function keepNames(value: unknown): unknown {
  const inner = pulumi.runtime.isRpcSecret(value as Wire) ? pulumi.runtime.unwrapRpcSecret(value) : value
  if (inner === null || typeof inner !== "object" || Array.isArray(inner)) return secretMark
  return Object.fromEntries(Object.keys(inner).map((key) => [key, secretMark]))
}
