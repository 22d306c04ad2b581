import * as gcp from "@pulumi/gcp"
import type * as pulumi from "@pulumi/pulumi"
import { service } from "../../../app/contract/service.ts"
import type { WorkloadSpec } from "../../spec/stack-spec.ts"
import type { GatewayArgs, ProcessArgs } from "../../spec/target.ts"
import { seconds } from "../../spec/units.ts"
import { allowMetrics, collectorSize, createCollector } from "./collector.ts"
import { appContainer, servingResources, vpcAccess } from "./containers.ts"
import type { Gate } from "./gate.ts"
import { createGateway } from "./gateway.ts"
import type { Identity } from "./identity.ts"
import type { Network } from "./network.ts"
import { appProbes } from "./probes.ts"
import type { Scope } from "./scope.ts"
import type { Vault } from "./secrets.ts"
import { placeSettings } from "./settings.ts"

export interface ServiceArgs {
  readonly spec: WorkloadSpec
  readonly process: ProcessArgs
  readonly gateway: GatewayArgs
  readonly gatewayImage: pulumi.Output<string>
  /** The load balancer's address; undefined where clients come by Cloud Run's own. */
  readonly balancer: pulumi.Output<string> | undefined
  readonly gate: Gate
  readonly identity: Identity
  readonly network: Network
  readonly vault: Vault
  readonly after: readonly pulumi.Resource[]
}

/** Who lets only those in that come by a load balancer, and who lets the world in: https://cloud.google.com/run/docs/securing/ingress */
const ingress = { closed: "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER", open: "INGRESS_TRAFFIC_ALL" } as const

/** The api: each instance is Kong, in which requests enter, the app behind it, and the collector of their metrics. */
export function createService(scope: Scope, args: ServiceArgs): gcp.cloudrunv2.Service {
  const { spec, process, gate, identity, network, vault } = args
  const { variables, secrets } = placeSettings(process, vault)
  const gateway = createGateway(scope, args.gateway, { image: args.gatewayImage, balancer: args.balancer, vault })
  const collector = createCollector(scope, vault, identity.name, "service")
  const grants = vault.grant(identity, [...secrets, ...gateway.secrets, ...collector.secrets])
  const { edge } = scope.context.spec
  return new gcp.cloudrunv2.Service(
    "api",
    {
      name: scope.name("run", "api"),
      location: scope.region,
      description: "Kong and the api behind it",
      ingress: edge.domain === undefined ? ingress.open : ingress.closed,
      // Clients come by the domain alone; a second address would be one that nobody looks after.
      defaultUriDisabled: edge.domain !== undefined,
      // Clients show Kong a key, not Google a token.
      invokerIamDisabled: true,
      // The ready probe and the target of processor use are in preview, and are asked for by this.
      launchStage: "BETA",
      deletionProtection: false,
      labels: scope.labels,
      template: {
        labels: scope.labels,
        annotations: { "atlas/gate": gate.passed },
        serviceAccount: identity.account.email,
        executionEnvironment: "EXECUTION_ENVIRONMENT_GEN2",
        maxInstanceRequestConcurrency: service.concurrency,
        timeout: `${seconds(edge.idleTimeout)}s`,
        scaling: {
          minInstanceCount: spec.replicas.min,
          maxInstanceCount: spec.replicas.max,
          ...cpuTarget(spec),
        },
        vpcAccess: vpcAccess(scope, network, "api"),
        containers: [
          gateway.container,
          {
            ...appContainer("serve", process.release.reference, variables),
            resources: servingResources(spec.size.limit),
            ...appProbes,
          },
          { ...collector.container, resources: servingResources(collectorSize) },
        ],
        volumes: [...gateway.volumes, ...collector.volumes],
      },
      // A new revision gets requests once it has started well; the one before serves until then.
      traffics: [{ type: "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", percent: 100 }],
    },
    scope.inside(...grants, allowMetrics(scope, identity), ...args.after, ...process.after),
  )
}

/** What share of the processor's time an instance may use before another is started. */
function cpuTarget({ scaling }: WorkloadSpec): { cpuUtilization?: number } {
  const { cpuPercent } = scaling.signals
  return cpuPercent === undefined ? {} : { cpuUtilization: cpuPercent / 100 }
}
