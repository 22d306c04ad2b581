import { createHash } from "node:crypto"
import type { types } from "@pulumi/kubernetes"
import { keyOf } from "../container/settings.ts"
import { gatewayFile, gatewayImage, gatewayLogLevels } from "../gateway/container.ts"
import { kongEnvironment } from "../gateway/environment.ts"
import { gatewayPorts } from "../spec/gateway.ts"
import type { LogLevel, SizeSpec } from "../spec/stack-spec.ts"
import { vcpus } from "../spec/units.ts"
import { names, portNames } from "./names.ts"
import { kongProbes } from "./probes.ts"
import { resourcesOf } from "./quantities.ts"
import type { MountedSecrets } from "./secret-store.ts"
import { containerSecurity } from "./security.ts"
import { gatewayLifecycle } from "./termination.ts"

const folders = { configuration: "/etc/atlas", authorities: "/etc/atlas-authorities", prefix: "/kong_prefix" } as const
const volumes = {
  configuration: "gateway",
  authorities: "authorities",
  prefix: "kong-prefix",
  temporary: "tmp",
} as const

export interface GatewayContainer {
  readonly size: SizeSpec
  readonly logLevel: LogLevel
  /** Address ranges of the proxies in front. */
  readonly trusted: readonly string[]
  /** The volume with its configuration. */
  readonly configuration: MountedSecrets["source"]
  /** Whether Redis's certificate is signed by an authority of its own, whose text is in the ConfigMap. */
  readonly redisCa: boolean
}

/**
 * The name of the Secret of one configuration. Every configuration has its own, so that it rolls out and back with the
 * release that brings it: one that fails its gate has not touched the pods that serve. SHA-256 of a text in which every
 * key is random tells nothing of it.
 */
export const gatewaySecretName = (text: string): string =>
  `${names.gatewaySecret}-${createHash("sha256").update(text).digest("hex").slice(0, 12)}`

export function gatewayContainer(gateway: GatewayContainer): types.input.core.v1.Container {
  const environment = kongEnvironment({
    configuration: `${folders.configuration}/${gatewayFile}`,
    prefix: folders.prefix,
    workers: Math.ceil(vcpus(gateway.size.limit.cpu)),
    logLevel: gatewayLogLevels[gateway.logLevel],
    trusted: gateway.trusted,
    ...(gateway.redisCa ? { redisCa: `${folders.authorities}/${keyOf("REDIS_CA")}` } : {}),
  })
  return {
    name: names.gatewayContainer,
    image: gatewayImage,
    imagePullPolicy: "IfNotPresent",
    ports: [
      { name: portNames.proxy, containerPort: gatewayPorts.proxy, protocol: "TCP" },
      { name: portNames.status, containerPort: gatewayPorts.status, protocol: "TCP" },
    ],
    env: Object.entries(environment).map(([name, value]) => ({ name, value })),
    resources: resourcesOf(gateway.size),
    ...kongProbes,
    lifecycle: gatewayLifecycle,
    securityContext: containerSecurity,
    volumeMounts: [
      { name: volumes.configuration, mountPath: folders.configuration, readOnly: true },
      ...(gateway.redisCa ? [{ name: volumes.authorities, mountPath: folders.authorities, readOnly: true }] : []),
      { name: volumes.prefix, mountPath: folders.prefix },
      { name: volumes.temporary, mountPath: "/tmp" },
    ],
  }
}

/** What the gateway's container mounts. Kong compiles its configuration into its prefix, which must be writable. */
export function gatewayVolumes({ configuration, redisCa }: GatewayContainer): types.input.core.v1.Volume[] {
  const authorities = { name: names.config, items: [{ key: keyOf("REDIS_CA"), path: keyOf("REDIS_CA") }] }
  return [
    { name: volumes.configuration, ...configuration },
    ...(redisCa ? [{ name: volumes.authorities, configMap: authorities }] : []),
    { name: volumes.prefix, emptyDir: {} },
    { name: volumes.temporary, emptyDir: {} },
  ]
}
