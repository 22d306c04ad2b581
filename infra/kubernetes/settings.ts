import { createHash } from "node:crypto"
import type { types } from "@pulumi/kubernetes"
import * as pulumi from "@pulumi/pulumi"
import { type EnvName, fileVariable } from "../../app/contract/env.ts"
import type { ProcessArgs } from "../spec/target.ts"
import { names } from "./names.ts"

type EnvVar = types.input.core.v1.EnvVar
type Value = string | pulumi.Output<string | undefined>

/** The settings of a process, by where the cluster keeps them. */
export interface PlacedSettings {
  /** In the pod itself. */
  readonly inline: Readonly<Record<string, string>>
  /** In the ConfigMap. */
  readonly config: Readonly<Record<string, pulumi.Output<string>>>
  /** In the Secret. */
  readonly secret: Readonly<Record<string, pulumi.Output<string>>>
}

/**
 * A value that is known when the program runs stands in the pod: in a ConfigMap a release would change it under the
 * pods of the one before, which a restart would then pick up. What the stack's other parts yield, such as the text of an
 * authority's certificate, belongs to no release and stands in the ConfigMap. Those in `absent` are left out.
 */
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

/** The key under which a variable stands in the ConfigMap or Secret: `database-url` for DATABASE_URL. */
export const keyOf = (name: string): string => name.toLowerCase().replaceAll("_", "-")

/** The data of a ConfigMap or Secret. */
export const dataOf = <Text>(values: Readonly<Record<string, Text>>): Record<string, Text> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [keyOf(name), value]))

/**
 * The container's environment. A reference is not optional: a pod without its setting must not start. Secrets are files
 * in `folder`, where there is one.
 */
export const environmentOf = ({ inline, config, secret }: PlacedSettings, folder?: string): EnvVar[] => [
  ...Object.entries(inline).map(([name, value]) => ({ name, value })),
  ...Object.keys(config).map((name) => ({
    name,
    valueFrom: { configMapKeyRef: { name: names.config, key: keyOf(name) } },
  })),
  ...Object.keys(secret).map((name) =>
    folder === undefined
      ? { name, valueFrom: { secretKeyRef: { name: names.secrets, key: keyOf(name) } } }
      : { name: fileVariable(name), value: `${folder}/${keyOf(name)}` },
  ),
]

/**
 * A digest of what pods read when they start and cannot see change. As an annotation of the pods it rolls them out when
 * any of it does. SHA-256: of a secret with enough entropy it tells nothing.
 */
export function checksum(values: readonly pulumi.Output<string>[]): pulumi.Output<string> {
  return pulumi.all([...values]).apply((texts) => createHash("sha256").update(JSON.stringify(texts)).digest("hex"))
}
