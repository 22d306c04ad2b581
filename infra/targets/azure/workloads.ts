import type { NGroup } from "@pulumi/azure-native/containerinstance/index.js"
import * as pulumi from "@pulumi/pulumi"
import type { WorkloadName } from "../../../app/contract/roles.ts"
import { type Scaled, scalingText } from "../../spec/scaling.ts"
import type { ScalerSpec, WorkloadSpec } from "../../spec/stack-spec.ts"
import type { GatewayArgs, ProcessArgs } from "../../spec/target.ts"
import { collectorOf, collectorSize } from "./collector.ts"
import { containerNames, gatewayContainer, gatewayVolume, servingContainer } from "./containers.ts"
import { gatewayId } from "./edge.ts"
import type { Ground } from "./ground.ts"
import { groupSizes } from "./group-sizes.ts"
import { createGroupSet, type Pulling } from "./groups.ts"
import { assignRole, createRole } from "./identity.ts"

/** Each group of the api is the gateway and the process behind it; a worker's has no gateway. A collector is in both. */
export function createWorkload(
  ground: Ground,
  name: WorkloadName,
  spec: WorkloadSpec,
  process: ProcessArgs,
  gateway: GatewayArgs | undefined,
  pulling: Pulling | undefined,
): NGroup {
  const { place, identities, network, balancer, metrics } = ground
  const { gatewaySize, logLevel } = place.context.spec
  const common = { name, identity: identities[name], pulling, count: spec.replicas.initial, after: process.after }
  const app = { name: containerNames.app, command: "serve", process } as const
  const hasGateway = gateway !== undefined
  const [size, lastSize, frontSize] = groupSizes(spec.size, collectorSize, ...(hasGateway ? [gatewaySize] : []))
  if (size === undefined || lastSize === undefined) throw new Error(`The groups of ${name} have no container`)
  const collector = collectorOf(metrics, common.identity, { hasGateway, size: lastSize })
  if (gateway === undefined || frontSize === undefined) {
    return createGroupSet(place, ground, {
      ...common,
      containers: [servingContainer({ ...app, size }), collector.container],
      volumes: [collector.volume],
    })
  }
  const front = { gateway, spec: gatewaySize, size: frontSize, logLevel, trusted: [network.plan.gateway] }
  return createGroupSet(place, ground, {
    ...common,
    containers: [servingContainer({ ...app, size }), gatewayContainer(front), collector.container],
    volumes: [gatewayVolume(front), collector.volume],
    pool: balancer.pool,
  })
}

/**
 * Sets of container groups follow no signal by themselves, so a process of ours sets their counts. It may read the
 * metrics, and write those sets.
 */
export function createScaler(
  ground: Ground,
  { size }: ScalerSpec,
  process: ProcessArgs,
  sets: Readonly<Partial<Record<WorkloadName, NGroup>>>,
  pulling: Pulling | undefined,
): void {
  const { place, identities } = ground
  const identity = identities.scaler
  const setter = createRole(place, "setter")
  const allowed = Object.entries(sets).map(([name, set]) =>
    assignRole(place, { what: `sets-${name}`, identity, roleDefinitionId: setter, scope: set.id }),
  )
  const seeing = assignRole(place, {
    what: "metrics",
    identity,
    roleDefinitionId: createRole(place, "observer"),
    scope: place.groupId,
  })
  const ids = Object.entries(sets).map(([name, set]) => set.id.apply((id) => [name, id] as const))
  const text = pulumi
    .all(ids)
    .apply((known) => scalingText(place.context.spec.workloads, scaledBy(known, gatewayId(place))))
  const [given, lastSize] = groupSizes({ request: size, limit: size }, collectorSize)
  if (given === undefined || lastSize === undefined) throw new Error("The scaler's group has no container")
  const collector = collectorOf(ground.metrics, identity, { hasGateway: false, size: lastSize })
  createGroupSet(place, ground, {
    name: "scaler",
    identity,
    volumes: [collector.volume],
    pulling,
    count: 1,
    containers: [
      servingContainer({
        name: containerNames.app,
        command: "serve",
        process,
        size: given,
        settings: { SCALING: text, SCALING_IDENTITY: identity.clientId },
      }),
      collector.container,
    ],
    after: [...process.after, ...allowed, seeing],
  })
}

/** Requests are counted at the gateway, which only the api has. */
const scaledBy = (ids: readonly (readonly [string, string])[], requestsFrom: string): Scaled =>
  Object.fromEntries(ids.map(([name, resource]) => [name, { resource, ...(name === "api" ? { requestsFrom } : {}) }]))
