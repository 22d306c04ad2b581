import { fileVariable } from "../../../app/contract/env.ts"
import { entryPoint } from "../../../app/contract/roles.ts"
import { liveness, service } from "../../../app/contract/service.ts"
import { keyOf } from "../../container/settings.ts"
import type { SizeSpec } from "../../spec/stack-spec.ts"
import type { Addresses } from "./addresses.ts"
import type { ComposeService, Condition, Healthcheck, NetworkMember } from "./model.ts"
import { networks, secretsFolder, secretsVolume, services } from "./places.ts"
import { confined, deployOf, readOnly, scratch } from "./words.ts"

/** What the services of the app's image have alike: text settings, and the names of those that are secrets. */
export interface AppSettings {
  readonly image: string
  readonly settings: Readonly<Record<string, string>>
  readonly secrets: readonly string[]
  /** The addresses of the stores by their names. */
  readonly hosts: Readonly<Record<string, string>>
}

/** Longer than the app drains, so that Docker does not kill what is about to end. */
export const gracePeriod = `${service.drainSeconds + 5}s`

/** The image's own command, which asks the process's `/health`: the image has neither a shell nor curl. */
const healthcheck: Healthcheck = {
  test: ["CMD", ...entryPoint, "healthcheck"],
  interval: `${liveness.periodSeconds}s`,
  timeout: `${liveness.timeoutSeconds}s`,
  retries: liveness.failureThreshold,
  start_period: `${liveness.initialDelaySeconds}s`,
}

const stores: Readonly<Record<string, { readonly condition: Condition }>> = {
  [services.init]: { condition: "service_completed_successfully" },
  [services.postgres]: { condition: "service_healthy" },
  [services.redis]: { condition: "service_healthy" },
}

const afterGate = { ...stores, [services.gate]: { condition: "service_completed_successfully" } } as const

function appService({ image, settings, secrets, hosts }: AppSettings) {
  return {
    ...confined,
    image,
    environment: {
      ...settings,
      ...Object.fromEntries(secrets.map((name) => [fileVariable(name), `${secretsFolder}/${keyOf(name)}`])),
    },
    extra_hosts: hosts,
    volumes: [readOnly(secretsVolume("app"), secretsFolder)],
    tmpfs: [scratch("/tmp")],
  } as const
}

const storeNetworks = { [networks.database]: {}, [networks.cache]: {} } as const

/** It migrates, proves the release and ends; nothing of the release serves before that. */
export const gateService = (app: AppSettings, size: SizeSpec): ComposeService => ({
  ...appService(app),
  command: ["gate"],
  restart: "no",
  depends_on: stores,
  networks: storeNetworks,
  deploy: deployOf(size),
})

const serving = (
  app: AppSettings,
  size: SizeSpec,
  joined: Readonly<Record<string, NetworkMember>>,
  replicas?: number,
): ComposeService => ({
  ...appService(app),
  command: ["serve"],
  restart: "unless-stopped",
  stop_grace_period: gracePeriod,
  depends_on: afterGate,
  healthcheck,
  networks: { ...storeNetworks, ...joined },
  deploy: { ...(replicas === undefined ? {} : { replicas }), ...deployOf(size) },
})

/** The api of one replica, counted from 1: only its own gateway, and who reads its metrics, share a network with it. */
export const apiService = (app: AppSettings, size: SizeSpec, number: number, addresses: Addresses): ComposeService =>
  serving(app, size, {
    [networks.replica(number)]: { ipv4_address: addresses.apiOf(number) },
  })

export const workerService = (app: AppSettings, size: SizeSpec, replicas: number): ComposeService =>
  serving(app, size, { [networks.workers]: {} }, replicas)
