import * as kubernetes from "@pulumi/kubernetes"
import * as pulumi from "@pulumi/pulumi"
import type { WorkloadName } from "../../app/contract/roles.ts"
import { gatewayText } from "../container/gateway-text.ts"
import { keyOf, type PlacedSettings, placeSettings } from "../container/settings.ts"
import { gatewayFile } from "../gateway/container.ts"
import { portOf, standardPorts } from "../spec/ports.ts"
import type { GatewayArgs, ProcessArgs } from "../spec/target.ts"
import { type GatewayContainer, gatewaySecretName } from "./gateway.ts"
import type { Ground } from "./ground.ts"
import type { ClusterInputs, SecretFile } from "./inputs.ts"
import { metadataOf } from "./labels.ts"
import { names } from "./names.ts"
import { networkPolicies } from "./network-policies.ts"
import { type MountedSecrets, mountSecrets } from "./secret-store.ts"
import { dataOf } from "./settings.ts"

const { core, networking } = kubernetes

const workloadNames = Object.keys(names.deployments) as WorkloadName[]

/** What pods find in the namespace when they start. */
export interface Stores {
  readonly resources: readonly pulumi.Resource[]
  /** The secrets as files, where the cluster keeps none. */
  readonly mounted?: MountedSecrets
}

/** The ConfigMap, where there is anything for it, the secrets, and the rules of the network, which need the URLs' ports. */
export function createStores(inputs: ClusterInputs, ground: Ground, process: ProcessArgs): Stores {
  const placed = placeSettings(process, inputs.absent)
  const { labels, inside } = ground
  const config =
    Object.keys(placed.config).length === 0
      ? []
      : [
          new core.v1.ConfigMap(
            names.config,
            { metadata: metadataOf(names.config, labels), data: dataOf(placed.config) },
            inside(),
          ),
        ]
  const { secretStore } = inputs
  const mounted =
    secretStore === undefined
      ? undefined
      : mountSecrets(names.secrets, secretStore, secretStore.keep("process", processFiles(placed)), ground)
  const secrets =
    mounted === undefined
      ? [
          new core.v1.Secret(
            names.secrets,
            { metadata: metadataOf(names.secrets, labels), type: "Opaque", stringData: dataOf(placed.secret) },
            inside(),
          ),
        ]
      : mounted.resources
  const policies = Object.entries(networkPolicies(inputs.network, storePorts(placed), labels)).map(
    ([name, args]) => new networking.v1.NetworkPolicy(name, args, inside()),
  )
  return { resources: [...config, ...secrets, ...policies], ...(mounted === undefined ? {} : { mounted }) }
}

/** Every workload reads all of them; the autoscaler asks the database how many jobs wait. */
function processFiles({ secret }: PlacedSettings): Record<string, SecretFile> {
  const queue = keyOf("DATABASE_URL")
  return Object.fromEntries(
    Object.entries(dataOf(secret)).map(([file, value]) => [
      file,
      { value, readers: file === queue ? [...workloadNames, "autoscaler"] : workloadNames },
    ]),
  )
}

/** A port alone is no secret, though the URL that it stands in is. */
function storePorts({ secret }: PlacedSettings) {
  const port = (url: pulumi.Output<string> | undefined, standard: number) =>
    url === undefined ? undefined : pulumi.unsecret(url.apply((text) => portOf(text, standard)))
  return {
    database: port(secret.DATABASE_URL, standardPorts.postgres) ?? standardPorts.postgres,
    redis: port(secret.REDIS_URL, standardPorts.redis),
  }
}

export interface GatewayFront {
  readonly resources: readonly pulumi.Resource[]
  readonly container: GatewayContainer
}

/** The gateway's configuration, and the container that reads it. */
export function createGatewayFront(inputs: ClusterInputs, ground: Ground, gateway: GatewayArgs): GatewayFront {
  const { gatewaySize: size, logLevel } = inputs.context.spec
  const { source, resources } = mountGatewayText(inputs, ground, gatewayText(gateway))
  const redisCa = !inputs.absent.includes("REDIS_CA")
  return {
    resources,
    container: { size, logLevel, trusted: inputs.network.trusted, configuration: source, redisCa },
  }
}

function mountGatewayText({ secretStore }: ClusterInputs, ground: Ground, text: pulumi.Output<string>): MountedSecrets {
  if (secretStore !== undefined) {
    const kept = secretStore.keep("gateway", { [gatewayFile]: { value: text, readers: ["api"] } })
    return mountSecrets(names.gatewaySecret, secretStore, kept, ground)
  }
  const { labels, inside } = ground
  const secretName = pulumi.unsecret(text.apply(gatewaySecretName))
  const secret = new core.v1.Secret(
    names.gatewaySecret,
    {
      metadata: { ...metadataOf(names.gatewaySecret, labels), name: secretName },
      type: "Opaque",
      immutable: true,
      stringData: { [gatewayFile]: text },
    },
    inside(),
  )
  return { source: { secret: { secretName, defaultMode: 0o440 } }, resources: [secret] }
}
