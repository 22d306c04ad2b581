/**
 * Quantities are written as text with their unit, so that no reader has to know in which unit a number counts.
 * One grammar for all: a number, one space, one unit, and nothing else.
 */

/** The units of each kind, and how many base units one of them is. The base units are bytes, seconds and vCPUs. */
const units = {
  memory: { MiB: 2 ** 20, GiB: 2 ** 30 },
  duration: {
    second: 1,
    seconds: 1,
    minute: 60,
    minutes: 60,
    hour: 3600,
    hours: 3600,
    day: 86_400,
    days: 86_400,
  },
  cpu: { vCPU: 1 },
} as const

export type QuantityKind = keyof typeof units

type Unit<Kind extends QuantityKind> = keyof (typeof units)[Kind] & string

export type Quantity<Kind extends QuantityKind> = `${number} ${Unit<Kind>}`
/** Such as "2 GiB". */
export type Memory = Quantity<"memory">
/** Such as "300 seconds". */
export type Duration = Quantity<"duration">
/** Such as "0.5 vCPU". */
export type Cpu = Quantity<"cpu">

const examples: Record<QuantityKind, string> = { memory: "2 GiB", duration: "300 seconds", cpu: "0.5 vCPU" }

const grammar = /^(\d+(?:\.\d+)?) ([A-Za-z]+)$/

/**
 * The quantity in base units: bytes, seconds or vCPUs.
 * Throws a RangeError that names the text and what is allowed, for anything that is not wholly a quantity of the kind.
 */
export function parseQuantity<Kind extends QuantityKind>(kind: Kind, text: Quantity<Kind> | (string & {})): number {
  const known: Readonly<Record<string, number>> = units[kind]
  const [, number, unit] = grammar.exec(text) ?? []
  const factor = unit !== undefined && Object.hasOwn(known, unit) ? known[unit] : undefined
  const value = Number(number)
  if (factor === undefined || !(value > 0)) {
    throw new RangeError(
      `"${text}" is no ${kind}: write a number above zero, a space and one of ${Object.keys(known).join(", ")}, ` +
        `such as "${examples[kind]}"`,
    )
  }
  return value * factor
}

export const bytes = (memory: Memory): number => parseQuantity("memory", memory)
export const seconds = (duration: Duration): number => parseQuantity("duration", duration)
export const vcpus = (cpu: Cpu): number => parseQuantity("cpu", cpu)

/** Whether the text is wholly a quantity of the kind. */
export function isQuantity<Kind extends QuantityKind>(kind: Kind, text: string): text is Quantity<Kind> {
  try {
    return parseQuantity(kind, text) > 0
  } catch {
    return false
  }
}
