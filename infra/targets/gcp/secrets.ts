import * as gcp from "@pulumi/gcp"
import * as pulumi from "@pulumi/pulumi"
import { randomSecret } from "../../random-secret.ts"
import type { Identity } from "./identity.ts"
import type { Scope } from "./scope.ts"

/** How long a version that is destroyed can be had back in production. */
const destroyedAfter = "2592000s"

/** A value in Secret Manager, at the version that holds it. */
export interface StoredSecret {
  readonly part: string
  readonly secret: gcp.secretmanager.Secret
  readonly version: pulumi.Output<string>
}

/**
 * The stack's secrets. A version never changes, and whoever reads one names it: so a value rolls out and back with the
 * revision that brings it.
 */
export interface Vault {
  /** A random text that both the stack and the store keep. */
  create(name: string): pulumi.Output<string>
  keep(part: string, value: pulumi.Output<string>): StoredSecret
  /** Where a value is kept; one that nobody kept yet is kept as `part`. */
  find(part: string, value: pulumi.Output<string>): StoredSecret
  /** Lets an identity read secrets, and nothing else of them. */
  grant(identity: Identity, secrets: readonly StoredSecret[]): pulumi.Resource[]
}

export function openVault(scope: Scope): Vault {
  const kept = new Map<pulumi.Output<string>, StoredSecret>()
  const granted = new Map<string, pulumi.Resource>()
  const keep = (part: string, value: pulumi.Output<string>): StoredSecret => {
    const stored = createSecret(scope, part, value)
    kept.set(value, stored)
    return stored
  }
  return {
    create: (name) => {
      const value = randomSecret(name, scope.parent)
      keep(name, value)
      return value
    },
    keep,
    find: (part, value) => kept.get(value) ?? keep(part, value),
    grant: (identity, secrets) =>
      secrets.map(({ part, secret }) => {
        const name = `${identity.name}-reads-${part}`
        const grant = granted.get(name) ?? createGrant(scope, name, identity, secret)
        granted.set(name, grant)
        return grant
      }),
  }
}

function createSecret(scope: Scope, part: string, value: pulumi.Output<string>): StoredSecret {
  const secret = new gcp.secretmanager.Secret(
    `${part}-secret`,
    {
      secretId: scope.name("secret", part),
      // In the stack's own region: nothing of it lies elsewhere.
      replication: { userManaged: { replicas: [{ location: scope.region }] } },
      ...(scope.isProduction ? { versionDestroyTtl: destroyedAfter } : {}),
      deletionProtection: false,
      labels: scope.labels,
    },
    scope.inside(),
  )
  const { version } = new gcp.secretmanager.SecretVersion(
    `${part}-version`,
    { secret: secret.id, secretData: pulumi.secret(value) },
    scope.inside(),
  )
  return { part, secret, version }
}

const createGrant = (scope: Scope, name: string, { member }: Identity, secret: gcp.secretmanager.Secret) =>
  new gcp.secretmanager.SecretIamMember(
    name,
    { secretId: secret.secretId, role: "roles/secretmanager.secretAccessor", member },
    scope.inside(),
  )
