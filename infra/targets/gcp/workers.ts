import * as gcp from "@pulumi/gcp"
import type * as pulumi from "@pulumi/pulumi"
import type { Size } from "../../spec/stack-spec.ts"
import type { ProcessArgs } from "../../spec/target.ts"
import { allowMetrics, collectorSize, createCollector } from "./collector.ts"
import { appContainer, limitsOf, vpcAccess } from "./containers.ts"
import type { Gate } from "./gate.ts"
import type { Identity } from "./identity.ts"
import type { Network } from "./network.ts"
import { workerProbes } from "./probes.ts"
import type { Scope } from "./scope.ts"
import type { Vault } from "./secrets.ts"
import { placeSettings, type Variable } from "./settings.ts"

export interface PoolArgs {
  readonly description: string
  readonly process: ProcessArgs
  readonly size: Size
  /** How many instances a first deploy starts. */
  readonly instances: number
  /** Variables beside the process's own. */
  readonly more?: readonly Variable[]
  readonly gate: Gate
  readonly identity: Identity
  readonly network: Network
  readonly vault: Vault
  readonly after: readonly pulumi.Resource[]
}

/** A pool of instances that nobody sends requests to: the app, and the collector of its metrics. Its count is set by hand, or by the scaler. */
export function createPool(scope: Scope, args: PoolArgs): gcp.cloudrunv2.WorkerPool {
  const { process, identity, network, vault } = args
  const { name } = identity
  const { variables, secrets } = placeSettings(process, vault)
  const collector = createCollector(scope, vault, name, "pool")
  return new gcp.cloudrunv2.WorkerPool(
    name,
    {
      name: scope.name("run", name),
      location: scope.region,
      description: args.description,
      deletionProtection: false,
      labels: scope.labels,
      scaling: { scalingMode: "MANUAL", manualInstanceCount: args.instances },
      template: {
        labels: scope.labels,
        annotations: { "atlas/gate": args.gate.passed },
        serviceAccount: identity.account.email,
        vpcAccess: vpcAccess(scope, network, name),
        containers: [
          {
            ...appContainer("serve", process.release.reference, [...variables, ...(args.more ?? [])]),
            resources: { limits: limitsOf(args.size) },
            ...workerProbes,
          },
          { ...collector.container, resources: { limits: limitsOf(collectorSize) } },
        ],
        volumes: collector.volumes,
      },
      instanceSplits: [{ type: "INSTANCE_SPLIT_ALLOCATION_TYPE_LATEST", percent: 100 }],
    },
    {
      ...scope.inside(
        ...vault.grant(identity, [...secrets, ...collector.secrets]),
        allowMetrics(scope, identity),
        ...args.after,
        ...process.after,
      ),
      // The scaler has the count from the first deploy on.
      ignoreChanges: ["scaling.manualInstanceCount"],
    },
  )
}
