import type { Observation, ObservedRate, ObservedSize, ObservedStep, Range } from "../observation.ts"
import type { PlannedResource } from "../resource.ts"
import { observeKong } from "./kong.ts"
import { probe } from "./probe.ts"
import { bytesOf, Value, vcpusOf } from "./values.ts"
import { grafanaPanels, prometheusRules } from "./watched.ts"

/**
 * What a cluster's objects say of the stack: the workloads, their gateway, scaling, policies and probes. The target
 * `kubernetes` is observed by this alone; a cloud that runs the same objects adds what stands beside them.
 */
export function observeKubernetes(
  resources: readonly PlannedResource[],
  /** The gateway's configuration, where no Secret of the cluster holds it. */
  stored?: string,
): Observation {
  const objects = resources.filter(({ type }) => type.startsWith("kubernetes:"))
  const deployments = objects.filter(({ type }) => type === "kubernetes:apps/v1:Deployment").map(read)
  const api = deployments.find((deployment) => containers(deployment).length > 1)
  const worker = deployments.find((deployment) => containers(deployment).length === 1)
  if (api === undefined || worker === undefined) return {}
  // The gateway is the container that clients' traffic enters: the one that the service sends to.
  const service =
    objects.filter(({ type }) => type === "kubernetes:core/v1:Service").map(read)[0] ?? new Value(undefined)
  const entry = service.at("spec", "ports", 0, "targetPort").raw
  const gateway = containers(api).find((container) => container.at("ports").items.some((port) => isPort(port, entry)))
  const app = containers(api).find((container) => container !== gateway)
  const work = containers(worker)[0]
  if (gateway === undefined || app === undefined || work === undefined) return {}

  const kong = stored ?? kongText(objects)
  const observedKong = kong === undefined ? undefined : observeKong(kong)
  return {
    image: {
      byDigest: [app, work].every((container) => (container.at("image").text ?? "").includes("@sha256:")),
      sameForAll:
        new Set([app, work, ...jobContainers(objects)].map((container) => container.at("image").raw)).size === 1,
    },
    ...optional("user", observeUser([api, worker], [app, gateway, work])),
    ...optional("port", ports(app, gateway)),
    ...optional("liveness", probe(app.at("livenessProbe"))),
    ...optional("readiness", probe(app.at("readinessProbe"))),
    ...optional("size", sizes(app, work, gateway)),
    ...optional("scaling", scaling(objects, api, worker)),
    ...optional("replicas", replicas(objects, api, worker)),
    ...optional("timeout", ingressTimeout(objects)),
    ...optional("body", observedKong?.body),
    rollout: {
      unavailable: Math.max(
        ...[api, worker].map((one) => one.at("spec", "strategy", "rollingUpdate", "maxUnavailable").number ?? 1),
      ),
      gateBeforeServing: gateComesFirst(objects),
    },
    ...optional("gateway", observedKong?.gateway),
    ...optional("bursts", bursts(app)),
    ...optional("concurrency", variable(app, "CONCURRENCY")),
    ...optional("edge", observeEdge(objects)),
    secrets: {
      inStore: objects.some(({ type }) => type === "kubernetes:core/v1:Secret"),
      byReference: [app, work].every((container) =>
        container.at("env").items.some((one) => one.at("valueFrom", "secretKeyRef").exists),
      ),
    },
    ...optional("dashboards", dashboards(objects)),
    ...optional("alerts", alerts(objects)),
    identity: {
      perWorkload: new Set([api, worker].map((one) => podSpec(one).at("serviceAccountName").raw)).size === 2,
    },
  }
}

/** A dashboard lies there for a Grafana to take it; nothing of the stack's is one. */
function dashboards(objects: readonly PlannedResource[]): Observation["dashboards"] {
  const [found] = objects
    .filter(({ type }) => type === "kubernetes:core/v1:ConfigMap")
    .map(read)
    .filter((map) => map.at("metadata", "labels", "grafana_dashboard").text === "1")
  const [text] = Object.values((found?.at("data").raw ?? {}) as Record<string, unknown>)
  return typeof text === "string" ? { panels: grafanaPanels(text), shown: false } : undefined
}

/** Who is told, the cluster's own Alertmanager knows. */
function alerts(objects: readonly PlannedResource[]): Observation["alerts"] {
  const [found] = objects.filter(({ type }) => type.endsWith(":PrometheusRule")).map(read)
  return found === undefined ? undefined : { rules: prometheusRules(found.at("spec", "groups")), mail: [] }
}

const read = ({ inputs }: PlannedResource): Value => new Value(inputs)
const podSpec = (workload: Value): Value => workload.at("spec", "template", "spec")
const containers = (workload: Value): readonly Value[] => podSpec(workload).at("containers").items

/** A member of the observation only where there is something to tell. */
function optional<Name extends keyof Observation>(name: Name, value: Observation[Name]): Observation {
  return value === undefined ? {} : { [name]: value }
}

const isPort = (port: Value, target: unknown): boolean =>
  target !== undefined && (port.at("containerPort").raw === target || port.at("name").raw === target)

function ports(app: Value, gateway: Value): Observation["port"] {
  const api = app.at("ports", 0, "containerPort").number
  const front = gateway.at("ports", 0, "containerPort").number
  return api === undefined || front === undefined ? undefined : { api, gateway: front }
}

function observeUser(workloads: readonly Value[], all: readonly Value[]): Observation["user"] {
  const pods = workloads.map((one) => podSpec(one).at("securityContext"))
  const contexts = all.map((container) => container.at("securityContext"))
  const uids = new Set([
    ...pods.map((pod) => pod.at("runAsUser").number),
    ...contexts.map((context) => context.at("runAsUser").number).filter((uid) => uid !== undefined),
  ])
  const [uid] = uids
  if (uids.size !== 1 || uid === undefined) return undefined
  return {
    uid,
    nonRoot: pods.every((pod) => pod.at("runAsNonRoot").isTrue),
    readOnlyRoot: contexts.every((context) => context.at("readOnlyRootFilesystem").isTrue),
    dropsAll: contexts.every((context) => context.at("capabilities", "drop").texts.includes("ALL")),
    escalation: contexts.some((context) => context.at("allowPrivilegeEscalation").raw !== false),
  }
}

function sizes(app: Value, work: Value, gateway: Value): Observation["size"] {
  const of = (container: Value): ObservedSize => {
    const amount = (kind: string) => ({
      cpu: vcpusOf(container.at("resources", kind, "cpu").text) ?? Number.NaN,
      memory: bytesOf(container.at("resources", kind, "memory").text) ?? Number.NaN,
    })
    return { request: amount("requests"), limit: amount("limits") }
  }
  return { api: of(app), worker: of(work), gateway: of(gateway) }
}

const scaledObjects = (objects: readonly PlannedResource[]): readonly Value[] =>
  objects.filter(({ type }) => type.endsWith(":ScaledObject")).map(read)

const scalerOf = (objects: readonly PlannedResource[], workload: Value): Value =>
  scaledObjects(objects).find(
    (one) => one.at("spec", "scaleTargetRef", "name").raw === workload.at("metadata", "name").raw,
  ) ?? new Value(undefined)

function replicas(objects: readonly PlannedResource[], api: Value, worker: Value): Observation["replicas"] {
  const range = (workload: Value): Range => {
    const scaler = scalerOf(objects, workload).at("spec")
    return {
      min: scaler.at("minReplicaCount").number ?? Number.NaN,
      max: scaler.at("maxReplicaCount").number ?? Number.NaN,
    }
  }
  return { api: range(api), worker: range(worker) }
}

/** The api's signals and steps, and the worker's queue. Both workloads must move alike: steps that differ tell nothing. */
function scaling(objects: readonly PlannedResource[], api: Value, worker: Value): Observation["scaling"] {
  const scalers = [api, worker].map((workload) => scalerOf(objects, workload).at("spec"))
  const metadata = (type: string) =>
    scalers
      .flatMap((scaler) => scaler.at("triggers").items)
      .find((one) => one.at("type").raw === type)
      ?.at("metadata") ?? new Value(undefined)
  const step = (scaler: Value, direction: string): ObservedStep => {
    const behavior = scaler.at("advanced", "horizontalPodAutoscalerConfig", "behavior", direction)
    return {
      percentPerMinute: behavior.at("policies").find("type", "Percent").at("value").number ?? Number.NaN,
      after: behavior.at("stabilizationWindowSeconds").number ?? Number.NaN,
    }
  }
  const [ups, downs] = ["scaleUp", "scaleDown"].map((direction) => scalers.map((scaler) => step(scaler, direction)))
  const [up, otherUp] = ups ?? []
  const [down, otherDown] = downs ?? []
  if (up === undefined || down === undefined || !isSame(up, otherUp) || !isSame(down, otherDown)) return undefined
  return {
    cpuPercent: metadata("cpu").at("value").number ?? Number.NaN,
    memoryPercent: metadata("memory").at("value").number ?? Number.NaN,
    requestsPerSecond: metadata("prometheus").at("threshold").number ?? Number.NaN,
    queuedJobs: metadata("postgresql").at("targetQueryValue").number ?? Number.NaN,
    up,
    down,
  }
}

const isSame = (one: ObservedStep, other: ObservedStep | undefined): boolean =>
  one.percentPerMinute === other?.percentPerMinute && one.after === other.after

/** The longest silence that an Ingress allows, from whichever annotation of its class says so. */
function ingressTimeout(objects: readonly PlannedResource[]): number | undefined {
  const annotations = objects
    .filter(({ type }) => type === "kubernetes:networking.k8s.io/v1:Ingress")
    .map((one) => read(one).at("metadata", "annotations").raw)
  const found = annotations.flatMap((one) => Object.entries(one ?? {})).find(([name]) => name.endsWith("read-timeout"))
  return found === undefined ? undefined : new Value(found[1]).number
}

function observeEdge(objects: readonly PlannedResource[]): Observation["edge"] {
  const ingress = objects.filter(({ type }) => type === "kubernetes:networking.k8s.io/v1:Ingress").map(read)[0]
  if (ingress === undefined || !ingress.at("spec", "tls", 0, "secretName").exists) return undefined
  const annotations = Object.entries((ingress.at("metadata", "annotations").raw ?? {}) as Record<string, unknown>)
  const redirect = annotations.some(([name, value]) => name.endsWith("ssl-redirect") && String(value) === "true")
  const tls = annotations.find(([name]) => /tls.*version|ssl-protocols/.test(name))?.[1]
  return { minimumTls: String(tls ?? "unknown"), redirect }
}

const variable = (app: Value, name: string) => app.at("env").find("name", name).at("value").number

function bursts(app: Value): Observation["bursts"] {
  const rate = (kind: string): ObservedRate | undefined => {
    const [perSecond, burst] = [variable(app, `${kind}_RATE`), variable(app, `${kind}_BURST`)]
    return perSecond === undefined || burst === undefined ? undefined : { perSecond, burst }
  }
  const [api, optimize] = [rate("API"), rate("OPTIMIZE")]
  return api === undefined || optimize === undefined ? undefined : { api, optimize }
}

const jobs = (objects: readonly PlannedResource[]) => objects.filter(({ type }) => type === "kubernetes:batch/v1:Job")
const jobContainers = (objects: readonly PlannedResource[]) => jobs(objects).flatMap((job) => containers(read(job)))

/** Every deployment waits for a job, directly or through what it waits for. */
function gateComesFirst(objects: readonly PlannedResource[]): boolean {
  const gates = new Set(jobs(objects).map(({ urn }) => urn))
  const deployments = objects.filter(({ type }) => type === "kubernetes:apps/v1:Deployment")
  return gates.size > 0 && deployments.every(({ dependencies }) => dependencies.some((urn) => gates.has(urn)))
}

/** The gateway's configuration, wherever a Secret holds it. */
function kongText(objects: readonly PlannedResource[]): string | undefined {
  return objects
    .filter(({ type }) => type === "kubernetes:core/v1:Secret")
    .flatMap((one) => Object.values((read(one).at("stringData").raw ?? {}) as Record<string, unknown>))
    .find((value): value is string => typeof value === "string" && value.includes("_format_version"))
}
