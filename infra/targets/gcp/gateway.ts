import type { types } from "@pulumi/gcp"
import * as pulumi from "@pulumi/pulumi"
import { gatewayText } from "../../container/gateway-text.ts"
import { gatewayFile, gatewayLogLevels } from "../../gateway/container.ts"
import { kongEnvironment } from "../../gateway/environment.ts"
import { gatewayPorts } from "../../spec/gateway.ts"
import type { SizeSpec } from "../../spec/stack-spec.ts"
import type { GatewayArgs } from "../../spec/target.ts"
import { vcpus } from "../../spec/units.ts"
import { containerNames, servingResources } from "./containers.ts"
import { gatewayProbes } from "./probes.ts"
import type { Scope } from "./scope.ts"
import type { StoredSecret, Vault } from "./secrets.ts"

type Container = types.input.cloudrunv2.ServiceTemplateContainer
type Volume = types.input.cloudrunv2.ServiceTemplateVolume

/** A container that stands beside the app in each instance, with what it reads. */
export interface Companion {
  readonly container: Container
  readonly volumes: readonly Volume[]
  readonly secrets: readonly StoredSecret[]
}

const folders = { configuration: "/etc/atlas", authorities: "/etc/atlas-authorities" } as const
const authorityFile = "redis-ca"

/** The root of a container's file system can be written to, in memory; /tmp by whoever runs in it. */
const prefix = "/tmp/kong"

/**
 * Whose X-Forwarded-For counts: the sandbox that hands requests over, Google's front ends, and the load balancer, which
 * writes its own address after the client's.
 * https://cloud.google.com/load-balancing/docs/https#x-forwarded-for_header and …/firewall-rules
 */
const frontends = ["169.254.0.0/16", "35.191.0.0/16", "130.211.0.0/22"]

/** Kong, in which requests enter. Its configuration is a secret, since the consumers' keys are in it. */
export function createGateway(
  scope: Scope,
  gateway: GatewayArgs,
  at: {
    readonly image: pulumi.Input<string>
    readonly balancer: pulumi.Output<string> | undefined
    readonly vault: Vault
  },
): Companion {
  const configuration = at.vault.keep("gateway-config", gatewayText(gateway))
  const authorities = at.vault.keep("redis-ca", gateway.cache.ca.apply(present))
  return {
    container: {
      name: containerNames.gateway,
      image: at.image,
      ports: { containerPort: gatewayPorts.proxy },
      dependsOns: [containerNames.app],
      envs: environmentOf(scope, scope.context.spec.gatewaySize, at.balancer),
      resources: servingResources(scope.context.spec.gatewaySize.limit),
      ...gatewayProbes,
      volumeMounts: [
        { name: "gateway", mountPath: folders.configuration },
        { name: "authorities", mountPath: folders.authorities },
      ],
    },
    volumes: [
      secretVolume("gateway", configuration, gatewayFile),
      secretVolume("authorities", authorities, authorityFile),
    ],
    secrets: [configuration, authorities],
  }
}

function environmentOf({ context }: Scope, size: SizeSpec, balancer: pulumi.Output<string> | undefined) {
  const environment: Record<string, pulumi.Input<string>> = kongEnvironment({
    configuration: `${folders.configuration}/${gatewayFile}`,
    prefix,
    workers: Math.ceil(vcpus(size.limit.cpu)),
    logLevel: gatewayLogLevels[context.spec.logLevel],
    trusted: frontends,
    redisCa: `${folders.authorities}/${authorityFile}`,
  })
  const trusted =
    balancer === undefined
      ? {}
      : { KONG_TRUSTED_IPS: pulumi.interpolate`${environment.KONG_TRUSTED_IPS ?? ""},${balancer}/32` }
  return Object.entries({ ...environment, ...trusted }).map(([name, value]) => ({ name, value }))
}

/** A file that one secret's version holds. Readable by all in the sandbox: there is nobody else in it. */
export const secretVolume = (name: string, { secret, version }: StoredSecret, path: string): Volume => ({
  name,
  secret: { secret: secret.secretId, defaultMode: 0o444, items: [{ path, version }] },
})

const present = (authorities: string | undefined): string => {
  if (authorities === undefined) throw new pulumi.RunError("The cache has no authority of its own to be proven by")
  return authorities
}
