import type * as gcp from "@pulumi/gcp"
import type * as pulumi from "@pulumi/pulumi"
import { type Archive, createArchive } from "./archive.ts"
import { createAddress } from "./edge.ts"
import { createIdentities, type Identities } from "./identity.ts"
import { createLogs } from "./logs.ts"
import { createNetwork, type Network } from "./network.ts"
import { createMirror } from "./registry.ts"
import type { Scope } from "./scope.ts"
import { openVault, type Vault } from "./secrets.ts"

/** What the parts share. */
export interface Ground {
  readonly network: Network
  readonly identities: Identities
  readonly vault: Vault
  readonly archive: Archive
  readonly gatewayImage: pulumi.Output<string>
  /** The load balancer's; undefined where there is none. */
  readonly address: gcp.compute.GlobalAddress | undefined
  /** What must stand before anything runs, beside the data. */
  readonly before: readonly pulumi.Resource[]
}

/** Network, identities and what is granted to them come before the first instance. */
export function layGround(scope: Scope): Ground {
  const { spec } = scope.context
  const network = createNetwork(scope)
  const identities = createIdentities(scope)
  const archive = createArchive(scope, spec.backups, identities.worker)
  const runs = [
    scope.name("run", "api"),
    scope.name("run", "worker"),
    scope.name("run", "scaler"),
    scope.name("job", "gate"),
  ]
  const logs = createLogs(scope, runs)
  return {
    network,
    identities,
    archive,
    vault: openVault(scope),
    gatewayImage: createMirror(scope).gatewayImage,
    address: spec.edge.domain === undefined ? undefined : createAddress(scope),
    before: [...network.ways, ...archive.grants, logs],
  }
}
