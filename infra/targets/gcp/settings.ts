import type * as pulumi from "@pulumi/pulumi"
import type { EnvName } from "../../../app/contract/env.ts"
import { keyOf, placeSettings as placed } from "../../container/settings.ts"
import type { ProcessArgs } from "../../spec/target.ts"
import type { StoredSecret, Vault } from "./secrets.ts"

/** A variable of a container, in the one form that services, worker pools and jobs share. */
export interface Variable {
  readonly name: string
  readonly value?: pulumi.Input<string>
  readonly valueSource?: {
    readonly secretKeyRef: { readonly secret: pulumi.Input<string>; readonly version: pulumi.Input<string> }
  }
}

export interface PlacedSettings {
  readonly variables: Variable[]
  /** What its identity must be able to read. */
  readonly secrets: readonly StoredSecret[]
}

/** The network lets nobody out to public addresses, and the certificate renews itself: nobody looks at it. */
const absent: readonly EnvName[] = ["DOMAIN"]

/** Settings stand in the container; secrets are references to a version in the store. */
export function placeSettings(process: Pick<ProcessArgs, "settings" | "secrets">, vault: Vault): PlacedSettings {
  const { inline, config } = placed({ settings: process.settings, secrets: {} }, absent)
  // The very values that other parts keep: the vault knows them by themselves.
  const stored = Object.entries(process.secrets).map(([name, value]) => ({
    name,
    secret: vault.find(keyOf(name), value as pulumi.Output<string>),
  }))
  return {
    variables: [
      ...Object.entries({ ...inline, ...config }).map(([name, value]) => ({ name, value })),
      ...stored.map(({ name, secret: { secret, version } }) => ({
        name,
        valueSource: { secretKeyRef: { secret: secret.secretId, version } },
      })),
    ],
    secrets: stored.map(({ secret }) => secret),
  }
}
