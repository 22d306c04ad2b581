import { liveness, type Probe, readiness, service } from "../../../app/contract/service.ts"
import { gatewayPaths } from "../../gateway/container.ts"
import { gatewayPorts } from "../../spec/gateway.ts"

/**
 * How long a process may take to begin to answer; until then the other probes wait. Cloud Run gives up after 240 s of
 * threshold × period, and an answer may take no longer than a period:
 * https://cloud.google.com/run/docs/configuring/healthchecks
 */
const startup = { periodSeconds: 2, timeoutSeconds: 1, failureThreshold: 30 } as const

const ask = (path: string, port: number) => ({ httpGet: { path, port } })

const alive = ({ path, ...timing }: Probe, port: number) => ({ ...ask(path, port), ...timing })

/** Ready probes have no first wait: they begin when the start probe has passed. */
const able = ({ path, initialDelaySeconds: _, ...timing }: Probe, port: number) => ({
  ...ask(path, port),
  ...timing,
  successThreshold: 1,
})

const begun = (path: string, port: number) => ({ ...ask(path, port), ...startup })

export const appProbes = {
  startupProbe: begun(liveness.path, service.port),
  livenessProbe: alive(liveness, service.port),
  readinessProbe: able(readiness, service.port),
}

/** Worker pools have no ready probe: nothing is sent to a worker. */
export const workerProbes = { startupProbe: appProbes.startupProbe, livenessProbe: appProbes.livenessProbe }

/** In the rhythm of the app's: the replica is the two together. */
export const gatewayProbes = {
  startupProbe: begun(gatewayPaths.liveness, gatewayPorts.status),
  livenessProbe: alive({ ...liveness, path: gatewayPaths.liveness }, gatewayPorts.status),
  readinessProbe: able({ ...readiness, path: gatewayPaths.readiness }, gatewayPorts.status),
}
