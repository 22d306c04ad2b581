import type { types } from "@pulumi/azure-native"
import type * as pulumi from "@pulumi/pulumi"
import type { EnvName } from "../../../app/contract/env.ts"
import { type Command, entryPoint } from "../../../app/contract/roles.ts"
import { liveness, type Probe, readiness, service } from "../../../app/contract/service.ts"
import { gatewayText } from "../../container/gateway-text.ts"
import { placeSettings } from "../../container/settings.ts"
import { gatewayFile, gatewayImage, gatewayLogLevels, gatewayPaths } from "../../gateway/container.ts"
import { kongEnvironment } from "../../gateway/environment.ts"
import { gatewayPorts } from "../../spec/gateway.ts"
import type { LogLevel, SizeSpec } from "../../spec/stack-spec.ts"
import type { GatewayArgs, ProcessArgs } from "../../spec/target.ts"
import { vcpus } from "../../spec/units.ts"
import type { ContainerSize } from "./group-sizes.ts"

export type Container = types.input.containerinstance.ContainerArgs
export type Volume = types.input.containerinstance.VolumeArgs

/** The guide's names of the containers. */
export const containerNames = { app: "optimizer", gateway: "kong", collector: "collector", gate: "gate" } as const

/** Both stores have certificates of public authorities, so nobody is given one. */
const absent: readonly EnvName[] = ["DATABASE_CA", "REDIS_CA"]

/** The settings of a process. Those that are secret stand where Azure shows them to nobody. */
export function environmentOf(process: Pick<ProcessArgs, "settings" | "secrets">) {
  const { inline, config, secret } = placeSettings(process, absent)
  const open = Object.entries({ ...inline, ...config }).map(([name, value]) => ({ name, value }))
  return [...open, ...Object.entries(secret).map(([name, secureValue]) => ({ name, secureValue }))]
}

export interface AppArgs {
  readonly name: string
  readonly command: Command
  readonly process: ProcessArgs
  readonly size: ContainerSize
  /** Further settings. */
  readonly settings?: Readonly<Partial<Record<EnvName, pulumi.Input<string>>>>
}

/** Azure knows no arguments: a command takes the place of the image's own entry point. */
export function appContainer({ name, command, process, size, settings = {} }: AppArgs): Container {
  return {
    name,
    image: process.release.reference,
    command: [...entryPoint, command],
    environmentVariables: [
      ...environmentOf(process),
      ...Object.entries(settings).map(([name, value]) => ({ name, value })),
    ],
    resources: size,
  }
}

const httpProbe = ({ path, ...timing }: Probe, port: number) => ({
  httpGet: { path, port, scheme: "http" },
  ...timing,
  successThreshold: 1,
})

/** Of a companion, in the readiness probe's rhythm. */
export const companionProbe = (path: string, port: number) => httpProbe({ ...readiness, path }, port)

/** A process that serves until it is stopped. Its port is not the group's: clients come by the gateway alone. */
export const servingContainer = (args: AppArgs): Container => ({
  ...appContainer(args),
  livenessProbe: httpProbe(liveness, service.port),
  readinessProbe: httpProbe(readiness, service.port),
})

const folders = { configuration: "/etc/atlas", prefix: "/usr/local/kong" } as const
const volume = "gateway"

export interface Gateway {
  readonly gateway: GatewayArgs
  readonly spec: SizeSpec
  readonly size: ContainerSize
  readonly logLevel: LogLevel
  /** The ranges of the proxies before it. */
  readonly trusted: readonly string[]
}

/** Kong in front of the app, in the same group; its prefix is the image's own, which belongs to the image's user. */
export function gatewayContainer({ spec, size, logLevel, trusted }: Gateway): Container {
  const environment = kongEnvironment({
    configuration: `${folders.configuration}/${gatewayFile}`,
    prefix: folders.prefix,
    workers: Math.ceil(vcpus(spec.limit.cpu)),
    logLevel: gatewayLogLevels[logLevel],
    trusted,
  })
  return {
    name: containerNames.gateway,
    image: gatewayImage,
    ports: [{ port: gatewayPorts.proxy, protocol: "TCP" }],
    environmentVariables: Object.entries(environment).map(([name, value]) => ({ name, value })),
    resources: size,
    livenessProbe: httpProbe({ ...liveness, path: gatewayPaths.liveness }, gatewayPorts.status),
    readinessProbe: httpProbe({ ...readiness, path: gatewayPaths.readiness }, gatewayPorts.status),
    volumeMounts: [{ name: volume, mountPath: folders.configuration, readOnly: true }],
  }
}

/** Files of a secret volume are given in base64: https://learn.microsoft.com/azure/container-instances/container-instances-volume-secret */
export const gatewayVolume = ({ gateway }: Gateway): Volume => ({
  name: volume,
  secret: { [gatewayFile]: gatewayText(gateway).apply((text) => Buffer.from(text).toString("base64")) },
})
