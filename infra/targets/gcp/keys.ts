import { type ConfigKey, everywhere, text } from "../../spec/config-key.ts"
import type { TargetValues } from "../../spec/target.ts"

/** A word that no real project or zone of DNS should hold. */
const example = /(^|-)example(-|$)/

export const keys = {
  "gcp:project": text(
    /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
    "the id of a project, such as atlas-example-1: 6 to 30 lower-case letters, digits and hyphens",
    { required: everywhere, example },
  ),
  "gcp:region": text(/^[a-z]+-[a-z]+\d{1,2}$/, "a region such as europe-west3", { required: everywhere }),
  "atlas:dnsZone": text(
    /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
    "the name of a public zone of Cloud DNS in the project, such as example-zone",
    { example },
  ),
} as const satisfies Record<string, ConfigKey>

type Keys = typeof keys

export type GcpValues = {
  readonly [Key in keyof Keys]?: NonNullable<ReturnType<Keys[Key]["read"]>> | undefined
} & { readonly "gcp:project": string; readonly "gcp:region": string }

/** The target's values by their types. The config has been read by these very keys, and the required ones are there. */
export const gcpValues = (values: TargetValues): GcpValues => values as unknown as GcpValues
