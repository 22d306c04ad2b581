import type { types } from "@pulumi/kubernetes"
import { liveness, type Probe, readiness } from "../../app/contract/service.ts"
import { portNames } from "./names.ts"

type KubernetesProbe = types.input.core.v1.Probe

/**
 * Kong's own: `/status` answers while its workers live; `/status/ready` is 503 until it has a configuration and again
 * while it drains (kong/api/routes/health.lua and kong/status/ready.lua at 3.9.3).
 */
export const kongPaths = { liveness: "/status", readiness: "/status/ready" } as const

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
  startupProbe: startupProbe(kongPaths.liveness, portNames.status, liveness),
  livenessProbe: probe({ ...liveness, path: kongPaths.liveness }, portNames.status),
  readinessProbe: probe({ ...readiness, path: kongPaths.readiness }, portNames.status),
}
