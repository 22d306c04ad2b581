import type { Environment } from "./stack-spec.ts"
import { bytes, type Cpu, isQuantity, type Memory, vcpus } from "./units.ts"

/** One key of a stack's config: what it may be, and how a good value is read. */
export interface ConfigKey<Value = unknown> {
  /** What is allowed, as it stands in an error. */
  readonly allowed: string
  /** Its value is encrypted in the stack's file and never shown. */
  readonly secret?: true
  /** In which environments it must be there. */
  readonly required?: readonly Environment[]
  /** What more is asked in some environments, of a value that others may have. */
  readonly stricter?: Stricter
  /** A value that fits this stands for an example, which a plan takes and a deployment refuses. */
  readonly example?: RegExp
  /** The value that the text stands for; undefined for one that is not allowed. */
  read(text: string): Value | undefined
}

export interface Stricter {
  readonly in: readonly Environment[]
  /** What is allowed there, as it stands in an error. */
  readonly allowed: string
  fits(text: string): boolean
}

/** What is wrong with one key of the config. */
export interface ConfigProblem {
  readonly key: string
  /** The value as it was given; undefined for a key that is missing. */
  readonly value: string | undefined
  readonly allowed: string
  readonly action: string
}

/** Stands for a secret that the reader cannot decrypt: a plan needs no passphrase. */
export const encryptedSecret = "(encrypted)"

type Traits = Omit<ConfigKey, "allowed" | "read">

export const everywhere: readonly Environment[] = ["development", "staging", "production"]

export const oneOf = <Value extends string>(values: readonly Value[], traits: Traits = {}): ConfigKey<Value> => ({
  ...traits,
  allowed: values.join(", "),
  read: (text) => values.find((value) => value === text),
})

export const integer = (minimum: number, maximum: number, traits: Traits = {}): ConfigKey<number> => ({
  ...traits,
  allowed: `a whole number from ${minimum} to ${maximum}`,
  read: (text) => (/^\d+$/.test(text) && Number(text) >= minimum && Number(text) <= maximum ? Number(text) : undefined),
})

/** A number in steps, such as halves. */
export const stepped = (minimum: number, maximum: number, step: number, traits: Traits = {}): ConfigKey<number> => ({
  ...traits,
  allowed: `a number from ${minimum} to ${maximum} in steps of ${step}`,
  read: (text) => {
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
    return value >= minimum && value <= maximum && Number.isInteger(value / step) ? value : undefined
  },
})

export const memory = (minimum: Memory, maximum: Memory, traits: Traits = {}): ConfigKey<Memory> => ({
  ...traits,
  allowed: `a memory size from ${minimum} to ${maximum}, such as "2 GiB"`,
  read: (text) =>
    isQuantity("memory", text) && bytes(text) >= bytes(minimum) && bytes(text) <= bytes(maximum) ? text : undefined,
})

export const cpu = (minimum: number, maximum: number, traits: Traits = {}): ConfigKey<Cpu> => ({
  ...traits,
  allowed: `from ${minimum} to ${maximum} vCPU, such as "1 vCPU"`,
  read: (text) => (isQuantity("cpu", text) && vcpus(text) >= minimum && vcpus(text) <= maximum ? text : undefined),
})

/** Text that fits a pattern as a whole. */
export const text = (pattern: RegExp, allowed: string, traits: Traits = {}): ConfigKey<string> => ({
  ...traits,
  allowed,
  read: (given) => (pattern.test(given) ? given : undefined),
})

/** Values separated by commas, each of which fits. */
export const list = (fits: (item: string) => boolean, allowed: string, traits: Traits = {}): ConfigKey<string[]> => ({
  ...traits,
  allowed: `${allowed}, separated by commas`,
  read: (given) => {
    const items = given.split(",").map((item) => item.trim())
    return items.every(fits) ? items : undefined
  },
})

/** The names that RFC 2606 keeps for examples: a plan shows them, nobody can be given a certificate for one. */
export const exampleName = /(^|[.@/])example\.(com|net|org)\b|\.(example|invalid|test)$/

const label = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"

/** A host name of two labels or more, as it stands in a certificate. */
export const hostName = (traits: Traits = {}): ConfigKey<string> =>
  text(new RegExp(`^(?=.{4,253}$)(${label}\\.)+[a-z]{2,63}$`), "a host name such as api.optimizer.example.com", {
    example: exampleName,
    ...traits,
  })

/** A mail address, as far as one can tell without writing to it. */
export const mailAddress = (traits: Traits = {}): ConfigKey<string> =>
  text(/^[^\s@,;<>"]+@([a-z0-9-]+\.)+[a-z]{2,63}$/, "a mail address such as oncall@example.com", {
    example: exampleName,
    ...traits,
  })

/** An image by digest, so that every workload of a release runs the same bytes. */
export const imageReference = (traits: Traits = {}): ConfigKey<string> =>
  text(
    /^[a-z0-9][a-z0-9._:/-]*@sha256:[0-9a-f]{64}$/,
    "an image by digest, such as ghcr.io/you/atlas@sha256:… (64 hexadecimal digits)",
    traits,
  )
