import * as kubernetes from "@pulumi/kubernetes"
import * as pulumi from "@pulumi/pulumi"
import { portOf, standardPorts } from "../spec/ports.ts"
import type { GatewayArgs, ProcessArgs } from "../spec/target.ts"
import { type GatewayContainer, gatewayFile, gatewaySecretName, gatewayText } from "./gateway.ts"
import type { Ground } from "./ground.ts"
import type { ClusterInputs } from "./inputs.ts"
import { metadataOf } from "./labels.ts"
import { names } from "./names.ts"
import { networkPolicies } from "./network-policies.ts"
import { dataOf, type PlacedSettings, placeSettings } from "./settings.ts"

const { core, networking } = kubernetes

/** What pods find in the namespace when they start. */
export interface Stores {
  readonly resources: readonly pulumi.Resource[]
}

/** The ConfigMap, where there is anything for it, the Secret, and the rules of the network, which need the URLs' ports. */
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
  const secret = new core.v1.Secret(
    names.secrets,
    { metadata: metadataOf(names.secrets, labels), type: "Opaque", stringData: dataOf(placed.secret) },
    inside(),
  )
  const policies = Object.entries(networkPolicies(inputs.network, storePorts(placed), labels)).map(
    ([name, args]) => new networking.v1.NetworkPolicy(name, args, inside()),
  )
  return { resources: [...config, secret, ...policies] }
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
  readonly secret: kubernetes.core.v1.Secret
  readonly container: GatewayContainer
}

/** The gateway's configuration, and the container that reads it. */
export function createGatewaySecret(
  inputs: ClusterInputs,
  { labels, inside }: Ground,
  gateway: GatewayArgs,
): GatewayFront {
  const { spec } = inputs.context
  const text = gatewayText(gateway)
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
  const redisCa = !inputs.absent.includes("REDIS_CA")
  const { gatewaySize: size, logLevel } = spec
  return { secret, container: { size, logLevel, trusted: inputs.network.trusted, secretName, redisCa } }
}
