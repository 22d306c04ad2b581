import { bursts } from "../../app/contract/rates.ts"
import { access } from "../../app/contract/routes.ts"
import { liveness, readiness, service } from "../../app/contract/service.ts"
import { observabilityOf } from "../observability/index.ts"
import { gatewayPorts } from "../spec/gateway.ts"
import type { SizeSpec, StackSpec } from "../spec/stack-spec.ts"
import { bytes, seconds, vcpus } from "../spec/units.ts"
import type { Observation, ObservedSize } from "./observation.ts"

/** What every target's resources must say of a stack: the contract and the spec, in the words of an observation. */
export function expectedObservation(spec: StackSpec): Required<Observation> {
  const { api, worker } = spec.workloads
  const { gateway, database, cache } = spec
  const paths = (kind: string) => Object.keys(access).filter((path) => access[path] === kind)
  return {
    image: { byDigest: true, sameForAll: true },
    user: { uid: service.user.uid, nonRoot: true, readOnlyRoot: true, dropsAll: true, escalation: false },
    port: { api: service.port, gateway: gatewayPorts.proxy },
    liveness,
    readiness,
    size: { api: sizeOf(api.size), worker: sizeOf(worker.size), gateway: sizeOf(spec.gatewaySize) },
    replicas: {
      api: { min: api.replicas.min, max: api.replicas.max },
      worker: { min: worker.replicas.min, max: worker.replicas.max },
    },
    scaling: {
      cpuPercent: asked(api.scaling.signals.cpuPercent),
      memoryPercent: asked(api.scaling.signals.memoryPercent),
      requestsPerSecond: asked(api.scaling.signals.requestsPerSecond),
      queuedJobs: asked(worker.scaling.signals.queuedJobs),
      up: { percentPerMinute: api.scaling.up.percentPerMinute, after: seconds(api.scaling.up.after) },
      down: { percentPerMinute: api.scaling.down.percentPerMinute, after: seconds(api.scaling.down.after) },
    },
    concurrency: service.concurrency,
    timeout: seconds(spec.edge.idleTimeout),
    body: service.bodyLimitMebibytes * 2 ** 20,
    rollout: { unavailable: 0, gateBeforeServing: true },
    gateway: {
      keyed: paths("key"),
      open: paths("public").sort(),
      consumers: [...gateway.consumers].sort(),
      minute: gateway.limits.minute,
      hour: gateway.limits.hour,
      shared: true,
      origins: gateway.cors.origins,
      methods: gateway.cors.methods,
      credentials: gateway.cors.credentials,
      retries: gateway.retries,
      connectTimeout: seconds(gateway.connectTimeout),
      readTimeout: seconds(gateway.readTimeout),
      correlationId: true,
      metricsPerConsumer: true,
    },
    bursts,
    edge: { minimumTls: spec.edge.minimumTls, redirect: true },
    database: {
      version: database.version,
      private: true,
      encrypted: true,
      tlsForced: true,
      capacity: database.capacity,
      pointInTime: seconds(database.pointInTime),
      deletionProtection: database.deletionProtection,
    },
    cache: { nodes: cache.nodes, failover: true, tls: true, password: true, private: true },
    secrets: { inStore: true, byReference: true },
    identity: { perWorkload: true },
    network: { cidr: spec.network.cidr, zones: spec.network.zones, defaultDeny: true },
    backups: { keep: seconds(spec.backups.keep) },
    logs: { keep: seconds(spec.logs.keep) },
    ...watched(spec),
  }
}

/** The one description, without the matchers of a store that stacks share. */
function watched(spec: StackSpec): Required<Pick<Observation, "dashboards" | "alerts">> {
  const { panels, alerts } = observabilityOf(spec)
  return {
    dashboards: {
      panels: Object.fromEntries(panels.map(({ title, queries }) => [title, queries.map(({ promql }) => promql)])),
      shown: true,
    },
    alerts: {
      rules: Object.fromEntries(alerts.map(({ name, promql, after, severity }) => [name, { promql, after, severity }])),
      mail: spec.alerts.email === undefined ? [] : [spec.alerts.email],
    },
  }
}

const sizeOf = ({ request, limit }: SizeSpec): ObservedSize => ({
  request: { cpu: vcpus(request.cpu), memory: bytes(request.memory) },
  limit: { cpu: vcpus(limit.cpu), memory: bytes(limit.memory) },
})

/** The defaults name every signal; a spec without one asks for none, which no observation can equal. */
const asked = (signal: number | undefined): number => signal ?? Number.NaN
