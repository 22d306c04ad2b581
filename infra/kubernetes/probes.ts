import type { types } from "@pulumi/kubernetes"
import { liveness, type Probe, readiness } from "../../app/contract/service.ts"
import { gatewayPaths } from "../gateway/container.ts"
import { portNames } from "./names.ts"

type KubernetesProbe = types.input.core.v1.Probe

/** How long a process may take to begin to answer; until then the other probes wait. */
const startup = { periodSeconds: 2, failureThreshold: 30 } as const

const probe = ({ path, ...timing }: Probe, port: string): KubernetesProbe => ({
  httpGet: { path, port },
  ...timing,
  successThreshold: 1,
})

const startupProbe = (path: string, port: string, { timeoutSeconds }: Probe): KubernetesProbe => ({
  httpGet: { path, port },
  timeoutSeconds,
  ...startup,
})

type Probes = Record<"startupProbe" | "livenessProbe" | "readinessProbe", KubernetesProbe>

export const appProbes: Probes = {
  startupProbe: startupProbe(liveness.path, portNames.app, liveness),
  livenessProbe: probe(liveness, portNames.app),
  readinessProbe: probe(readiness, portNames.app),
}

/** In the rhythm of the app's: the replica is the two together. */
export const kongProbes: Probes = {
  startupProbe: startupProbe(gatewayPaths.liveness, portNames.status, liveness),
  livenessProbe: probe({ ...liveness, path: gatewayPaths.liveness }, portNames.status),
  readinessProbe: probe({ ...readiness, path: gatewayPaths.readiness }, portNames.status),
}
