import * as aws from "@pulumi/aws"
import type * as pulumi from "@pulumi/pulumi"
import { randomSecret } from "../../random-secret.ts"
import type { Scope } from "./scope.ts"

/** How many days a deleted secret can be had back; 0 frees its name at once. */
const recoveryDays = { production: 30, elsewhere: 0 } as const

/** Keeps a value in Secrets Manager. */
export function createSecret(
  scope: Scope,
  part: string,
  secretString: pulumi.Output<string>,
): aws.secretsmanager.Secret {
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
  new aws.secretsmanager.SecretVersion(`${part}-version`, { secretId: secret.id, secretString }, { parent })
  return secret
}

/** A random text that both the stack and Secrets Manager keep. */
export function keepSecret(scope: Scope, name: string): pulumi.Output<string> {
  const value = randomSecret(name, scope.parent)
  createSecret(scope, name, value)
  return value
}
