import { createHash } from "node:crypto"
import * as kubernetes from "@pulumi/kubernetes"
import type * as pulumi from "@pulumi/pulumi"
import type { Ground } from "./ground.ts"
import type { KeptSecrets, SecretStore } from "./inputs.ts"
import { type Labels, metadataOf } from "./labels.ts"

type VolumeSource = Omit<kubernetes.types.input.core.v1.Volume, "name">

/** Secrets as pods mount them: a file for each. */
export interface MountedSecrets {
  readonly source: VolumeSource
  readonly resources: readonly pulumi.Resource[]
}

/** https://secrets-store-csi-driver.sigs.k8s.io/concepts#provider-for-the-secrets-store-csi-driver */
const driver = "secrets-store.csi.k8s.io"

/**
 * Lets the cluster's driver mount what the store keeps. Each set of versions has a class of its own, so that it rolls out
 * and back with the release that brings it: one that fails its gate has not touched the pods that serve.
 */
export function mountSecrets(
  name: string,
  { provider }: SecretStore,
  { parameters, resources }: KeptSecrets,
  { labels, inside }: Ground,
): MountedSecrets {
  const className = parameters.apply((given) => classNameOf(name, given))
  const secretClass = new kubernetes.apiextensions.CustomResource(
    name,
    secretClassArgs(className, labels, provider, parameters),
    inside(...resources),
  )
  return {
    source: { csi: { driver, readOnly: true, volumeAttributes: { secretProviderClass: className } } },
    resources: [secretClass],
  }
}

export const classNameOf = (name: string, parameters: Readonly<Record<string, string>>): string =>
  `${name}-${createHash("sha256").update(JSON.stringify(parameters)).digest("hex").slice(0, 12)}`

const secretClassArgs = (
  name: pulumi.Output<string>,
  labels: Labels,
  provider: string,
  parameters: pulumi.Output<Record<string, string>>,
) => ({
  apiVersion: "secrets-store.csi.x-k8s.io/v1",
  kind: "SecretProviderClass",
  metadata: { ...metadataOf("", labels), name },
  spec: { provider, parameters },
})
