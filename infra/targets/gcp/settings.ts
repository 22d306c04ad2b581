import * as pulumi from "@pulumi/pulumi"
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

/** Settings stand in the container; secrets are references to a version in the store. */
export function placeSettings(
  { settings, secrets }: Pick<ProcessArgs, "settings" | "secrets">,
  vault: Vault,
): PlacedSettings {
  const stored = Object.entries(secrets).map(([name, value]) => ({
    name,
    secret: vault.find(partOf(name), value as pulumi.Output<string>),
  }))
  return {
    variables: [
      ...Object.entries(settings).map(([name, value]) => ({ name, value: present(name, value) })),
      ...stored.map(({ name, secret: { secret, version } }) => ({
        name,
        valueSource: { secretKeyRef: { secret: secret.secretId, version } },
      })),
    ],
    secrets: stored.map(({ secret }) => secret),
  }
}

/** How a variable's secret is called: `database-url` for DATABASE_URL. */
export const partOf = (name: string): string => name.toLowerCase().replaceAll("_", "-")

function present(name: string, value: string | pulumi.Output<string | undefined>): pulumi.Input<string> {
  if (typeof value === "string") return value
  return value.apply((text) => {
    if (text === undefined) throw new pulumi.RunError(`${name} has no value: give it one`)
    return text
  })
}
