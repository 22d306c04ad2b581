import * as pulumi from "@pulumi/pulumi"
import type { EnvName } from "../../app/contract/env.ts"
import type { ProcessArgs } from "../spec/target.ts"

type Value = string | pulumi.Output<string | undefined>

/** The settings of a process, by what is known of them and who may see them. */
export interface PlacedSettings {
  /** Known when the program runs. They belong to the release: they stand in the container itself. */
  readonly inline: Readonly<Record<string, string>>
  /** What the stack's other parts yield, such as the text of an authority's certificate. It belongs to no release. */
  readonly config: Readonly<Record<string, pulumi.Output<string>>>
  readonly secret: Readonly<Record<string, pulumi.Output<string>>>
}

/** Those in `absent` are left out; of all others a value is demanded. */
export function placeSettings(
  { settings, secrets }: Pick<ProcessArgs, "settings" | "secrets">,
  absent: readonly EnvName[],
): PlacedSettings {
  const given = (values: Readonly<Record<string, Value>>) =>
    Object.entries(values).filter(([name]) => !absent.some((one) => one === name))
  return {
    inline: Object.fromEntries(given(settings).flatMap(([name, value]) => (isText(value) ? [[name, value]] : []))),
    config: Object.fromEntries(
      given(settings).flatMap(([name, value]) => (isText(value) ? [] : [[name, present(name, value)]])),
    ),
    secret: Object.fromEntries(given(secrets).map(([name, value]) => [name, present(name, value)])),
  }
}

const isText = (value: Value): value is string => typeof value === "string"

const present = (name: string, value: Value): pulumi.Output<string> =>
  pulumi.output(value).apply((text) => {
    if (text === undefined) throw new pulumi.RunError(`${name} has no value: give it one, or list it as absent`)
    return text
  })

/** The name under which a variable's value is kept where names are in lower case: `database-url` for DATABASE_URL. */
export const keyOf = (name: string): string => name.toLowerCase().replaceAll("_", "-")
