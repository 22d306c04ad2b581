import { isCidr, rangeOf } from "../../spec/cidr.ts"
import type { ConfigKey } from "../../spec/config-key.ts"
import { longestPrefix } from "./addresses.ts"

/** What this target alone understands. */
export const keys = {
  /** The range from which the networks with fixed addresses are cut. Docker does not look whether others use it. */
  "compose:cidr": {
    allowed: `an IPv4 range of /${longestPrefix} or larger that nothing near the server uses, such as 172.30.0.0/${longestPrefix}`,
    read: (text) => (isCidr(text) && rangeOf(text).prefix <= longestPrefix ? text : undefined),
  },
} as const satisfies Record<string, ConfigKey<string>>

export type Values = { readonly [Name in keyof typeof keys]?: string }
