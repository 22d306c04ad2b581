import * as aws from "@pulumi/aws"
import type * as pulumi from "@pulumi/pulumi"
import type { Scope } from "./scope.ts"

/** How many days a deleted secret can be had back; 0 frees its name at once. */
const recoveryDays = { production: 30, elsewhere: 0 } as const

export interface StoredSecret {
  readonly name: pulumi.Output<string>
  readonly arn: pulumi.Output<string>
  /** The id of the version that holds the value. */
  readonly version: pulumi.Output<string>
}

/** Keeps a value in Secrets Manager. */
export function createSecret(scope: Scope, part: string, secretString: pulumi.Output<string>): StoredSecret {
  const { parent } = scope
  const secret = new aws.secretsmanager.Secret(
    `${part}-secret`,
    {
      name: scope.name("secret", part),
      recoveryWindowInDays: scope.isProduction ? recoveryDays.production : recoveryDays.elsewhere,
      tags: scope.tags(part),
    },
    { parent },
  )
  const version = new aws.secretsmanager.SecretVersion(
    `${part}-version`,
    { secretId: secret.id, secretString },
    { parent },
  )
  return { name: secret.name, arn: secret.arn, version: version.versionId }
}
