import * as aws from "@pulumi/aws"
import * as pulumi from "@pulumi/pulumi"
import type { SecretFile, SecretReader, SecretStore } from "../../kubernetes/index.ts"
import { secretsRead } from "./policies.ts"
import type { Scope } from "./scope.ts"
import { createSecret, type StoredSecret } from "./secrets.ts"

/** Whose role may read what. */
export type Readers = Readonly<Record<SecretReader, { readonly roleName: pulumi.Output<string> }>>

/**
 * Secrets Manager, whose values pods mount as files by AWS's provider for the Secrets Store CSI driver:
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/ascp-pod-identity-integration.html
 */
export function createSecretStore(scope: Scope, readers: Readers, driver: pulumi.Resource): SecretStore {
  const region = scope.values["aws:region"]
  const stored = new Map<string, StoredSecret>()
  return {
    provider: "aws",
    keep: (part, files) => {
      const kept = Object.entries(files).map(([file, { value }]) => ({ file, ...createSecret(scope, file, value) }))
      for (const one of kept) stored.set(one.file, one)
      const grants = readersOf(files).map(
        (reader) =>
          new aws.iam.RolePolicy(
            `${reader}-${part}-secrets`,
            {
              role: readers[reader].roleName,
              name: `${part}-secrets`,
              policy: pulumi
                .all(kept.filter(({ file }) => files[file]?.readers.includes(reader)).map(({ arn }) => arn))
                .apply((arns) => JSON.stringify(secretsRead(arns))),
            },
            { parent: scope.parent },
          ),
      )
      const objects = pulumi.all(kept.map(({ file, arn, version }) => pulumi.all([file, arn, version])))
      return {
        parameters: objects.apply((all) => mountParameters(region, all)),
        resources: [driver, ...grants],
      }
    },
    authentication: (file, parameter) => {
      const secret = stored.get(file)
      if (secret === undefined) throw new Error(`${file} is not kept; there is ${[...stored.keys()].join(", ")}`)
      // https://keda.sh/docs/latest/authentication-providers/aws-secret-manager/
      return {
        awsSecretManager: {
          region,
          podIdentity: { provider: "aws" },
          secrets: [{ parameter, name: secret.arn, versionId: secret.version }],
        },
      }
    },
  }
}

const readersOf = (files: Readonly<Record<string, SecretFile>>): readonly SecretReader[] => [
  ...new Set(Object.values(files).flatMap(({ readers }) => readers)),
]

/**
 * What the provider is asked for, each secret by its version: pods of one release always mount the same.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/integrating_csi_driver_SecretProviderClass.html
 */
export const mountParameters = (
  region: string,
  secrets: readonly (readonly [file: string, arn: string, version: string])[],
): Record<string, string> => ({
  region,
  usePodIdentity: "true",
  // A text of YAML, which JSON is too.
  objects: JSON.stringify(
    secrets.map(([objectAlias, objectName, objectVersion]) => ({
      objectName,
      objectType: "secretsmanager",
      objectAlias,
      objectVersion,
    })),
  ),
})
