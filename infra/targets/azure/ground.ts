import type * as pulumi from "@pulumi/pulumi"
import { type Archive, createArchive } from "./archive.ts"
import { type Balancer, createBalancer } from "./balancer.ts"
import { registerFeature } from "./feature.ts"
import { assignRole, createIdentity, createRole, type Identity } from "./identity.ts"
import { createLogs, type Logs } from "./logs.ts"
import { createMetrics, type Metrics } from "./metrics.ts"
import { createNetwork, type Network } from "./network.ts"
import { createPlace, type Place } from "./place.ts"
import type { Scope } from "./scope.ts"
import { createVault, type Vault } from "./vault.ts"

/** Who the processes are; the gate is the api's, and whoever waits for it is somebody else. */
export type Identities = Readonly<Record<"api" | "worker" | "scaler" | "gatekeeper", Identity>>

/** What the parts share. */
export interface Ground {
  readonly place: Place
  readonly identities: Identities
  readonly network: Network
  readonly logs: Logs
  readonly vault: Vault
  readonly archive: Archive
  readonly balancer: Balancer
  readonly metrics: Metrics
  /** What must stand before the first container group. */
  readonly before: readonly pulumi.Resource[]
  /** The gatekeeper's permission. */
  readonly gatekeeping: pulumi.Resource
}

/** The identities and their roles come first, since Azure takes its time to make them known. */
export function layGround(scope: Scope): Ground {
  const place = createPlace(scope)
  const feature = registerFeature(place)
  const identities = {
    api: createIdentity(place, "api"),
    worker: createIdentity(place, "worker"),
    scaler: createIdentity(place, "scaler"),
    gatekeeper: createIdentity(place, "gatekeeper"),
  }
  const gatekeeping = assignRole(place, {
    what: "groups",
    identity: identities.gatekeeper,
    roleDefinitionId: createRole(place, "gatekeeper"),
    scope: place.groupId,
  })
  const logs = createLogs(place)
  const vault = createVault(place, logs)
  const network = createNetwork(place)
  const archive = createArchive(place, scope.context.spec.backups, network)
  const exporting = assignRole(place, {
    what: "archive",
    identity: identities.worker,
    roleDefinitionId: createRole(place, "archive"),
    scope: archive.accountId,
  })
  const balancer = createBalancer(place, network)
  const { api, worker, scaler } = identities
  const metrics = createMetrics(place, [api, worker, scaler])
  const before = [feature, exporting, balancer.resource, ...metrics.allowed]
  return { place, identities, network, logs, vault, archive, balancer, metrics, before, gatekeeping }
}
