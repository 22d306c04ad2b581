import { createHash } from "node:crypto"
import type { types } from "@pulumi/kubernetes"
import * as pulumi from "@pulumi/pulumi"
import { fileVariable } from "../../app/contract/env.ts"
import { keyOf, type PlacedSettings } from "../container/settings.ts"
import { names } from "./names.ts"

type EnvVar = types.input.core.v1.EnvVar

/** The data of a ConfigMap or Secret. */
export const dataOf = <Text>(values: Readonly<Record<string, Text>>): Record<string, Text> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [keyOf(name), value]))

/**
 * The container's environment. What belongs to a release stands in the pod: in a ConfigMap a release would change it
 * under the pods of the one before, which a restart would then pick up. A reference is not optional: a pod without its setting must not start. Secrets are files
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
