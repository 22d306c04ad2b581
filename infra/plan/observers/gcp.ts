import type { Observation, ObservedProbe, ObservedRate, ObservedSize, ObservedStep, Range } from "../observation.ts"
import type { PlannedResource } from "../resource.ts"
import { given, observeGround } from "./gcp-ground.ts"
import { observeKong } from "./kong.ts"
import { bytesOf, Value, vcpusOf } from "./values.ts"

const types = {
  service: "gcp:cloudrunv2/service:Service",
  pool: "gcp:cloudrunv2/workerPool:WorkerPool",
  job: "gcp:cloudrunv2/job:Job",
} as const

/** What Cloud Run's service, pools and job say of the stack, and what stands around them. */
export function observeGcp(resources: readonly PlannedResource[]): Observation {
  const { all, first } = read(resources)
  const service = first(types.service)
  const pools = all(types.pool)
  const containers = service.at("template", "containers").items
  // Requests enter the one container that has a port; the app is what that one waits for.
  const gateway = containers.find((container) => container.at("ports").exists)
  const app = containers.find((container) => container.at("name").raw === gateway?.at("dependsOns", 0).raw)
  const scaler = pools.find((pool) => scalingOf(pool).exists)
  const worker = pools.find((pool) => pool !== scaler)
  const work = worker?.at("template", "containers", 0)
  if (gateway === undefined || app === undefined || worker === undefined || work === undefined) return {}

  const moved = scalingOf(scaler).at("worker")
  const kong = kongText(all("gcp:secretmanager/secretVersion:SecretVersion"))
  const observedKong = kong === undefined ? undefined : observeKong(kong)
  const run = [app, ...pools.map((pool) => pool.at("template", "containers", 0)), gateContainer(first)]
  return {
    ...observeGround(resources),
    image: {
      byDigest: run.every((container) => (container.at("image").text ?? "").includes("@sha256:")),
      sameForAll: new Set(run.map((container) => container.at("image").raw)).size === 1,
    },
    ...given("port", ports(app, gateway)),
    ...given("liveness", probe(app.at("livenessProbe"))),
    ...given("readiness", probe(app.at("readinessProbe"))),
    size: { api: sizeOf(app), worker: sizeOf(work), gateway: sizeOf(gateway) },
    replicas: {
      api: range(service.at("template", "scaling"), "minInstanceCount", "maxInstanceCount"),
      worker: range(moved, "min", "max"),
    },
    scaling: scaling(service, moved),
    ...given("concurrency", concurrency(service, app)),
    ...given("timeout", secondsOf(service.at("template", "timeout").text)),
    ...given("body", observedKong?.body),
    rollout: {
      unavailable: [service.at("traffics"), ...pools.map((pool) => pool.at("instanceSplits"))].every(goesToLatest)
        ? 0
        : 1,
      gateBeforeServing: gateComesFirst(resources),
    },
    ...given("gateway", observedKong?.gateway),
    ...given("bursts", bursts(app)),
    secrets: {
      inStore: all("gcp:secretmanager/secretVersion:SecretVersion").length > 0,
      byReference: [app, work].every(readsPinned),
    },
    identity: { perWorkload: separateAccounts([service, ...pools], first(types.job)) },
  }
}

type All = (type: string) => readonly Value[]
type First = (type: string) => Value

function read(resources: readonly PlannedResource[]): { all: All; first: First } {
  const all: All = (type) => resources.filter((one) => one.type === type).map(({ inputs }) => new Value(inputs))
  return { all, first: (type) => all(type)[0] ?? new Value(undefined) }
}

const gateContainer = (first: First): Value => first(types.job).at("template", "template", "containers", 0)

const variable = (container: Value, name: string): Value => container.at("envs").find("name", name)

/** What a scaler is told: by which bounds and rates it moves whom. */
function scalingOf(pool: Value | undefined): Value {
  const text =
    pool === undefined ? undefined : variable(pool.at("template", "containers", 0), "SCALING").at("value").text
  return new Value(text === undefined ? undefined : JSON.parse(text))
}

/** The app's port is the one that it is asked on. */
function ports(app: Value, gateway: Value): Observation["port"] {
  const api = app.at("livenessProbe", "httpGet", "port").number
  const front = gateway.at("ports", "containerPort").number
  return api === undefined || front === undefined ? undefined : { api, gateway: front }
}

/** What Cloud Run sends to one instance at a time, where the app takes as many. */
function concurrency(service: Value, app: Value): number | undefined {
  const [sent, taken] = [
    service.at("template", "maxInstanceRequestConcurrency").number,
    variable(app, "CONCURRENCY").at("value").number,
  ]
  return sent === taken ? sent : undefined
}

/** A probe without a first wait begins at once. */
function probe(value: Value): ObservedProbe | undefined {
  const path = value.at("httpGet", "path").text
  if (path === undefined) return undefined
  return {
    path,
    initialDelaySeconds: value.at("initialDelaySeconds").number ?? 0,
    periodSeconds: value.at("periodSeconds").number ?? Number.NaN,
    timeoutSeconds: value.at("timeoutSeconds").number ?? Number.NaN,
    failureThreshold: value.at("failureThreshold").number ?? Number.NaN,
  }
}

/** What Cloud Run promises is what it allows. */
function sizeOf(container: Value): ObservedSize {
  const limits = container.at("resources", "limits")
  const size = {
    cpu: vcpusOf(limits.at("cpu").text) ?? Number.NaN,
    memory: bytesOf(limits.at("memory").text) ?? Number.NaN,
  }
  return { request: size, limit: size }
}

const range = (value: Value, min: string, max: string): Range => ({
  min: value.at(min).number ?? Number.NaN,
  max: value.at(max).number ?? Number.NaN,
})

/** The api's one target, and the workers' signal and rates. What has no resource is not a number. */
function scaling(service: Value, moved: Value): NonNullable<Observation["scaling"]> {
  const share = service.at("template", "scaling", "cpuUtilization").number ?? Number.NaN
  const step = (direction: string): ObservedStep => ({
    percentPerMinute: moved.at(direction, "percentPerMinute").number ?? Number.NaN,
    after: moved.at(direction, "afterSeconds").number ?? Number.NaN,
  })
  return {
    cpuPercent: Math.round(share * 100),
    memoryPercent: Number.NaN,
    requestsPerSecond: Number.NaN,
    queuedJobs: moved.at("signals", "queuedJobs").number ?? Number.NaN,
    up: step("up"),
    down: step("down"),
  }
}

const secondsOf = (text: string | undefined): number | undefined => {
  const [, seconds] = /^(\d+)s$/.exec(text ?? "") ?? []
  return seconds === undefined ? undefined : Number(seconds)
}

/** Everything goes to the newest revision, which Cloud Run takes only once it has started. */
const goesToLatest = (split: Value): boolean =>
  split.at(0, "percent").number === 100 && (split.at(0, "type").text ?? "").endsWith("_LATEST")

/** All that serves waits for the job, and for its execution to have succeeded. */
function gateComesFirst(resources: readonly PlannedResource[]): boolean {
  const gates = resources.filter(({ type, inputs }) => type === types.job && inputs.runExecutionToken !== undefined)
  const serving = resources.filter(({ type }) => type === types.service || type === types.pool)
  return gates.length > 0 && serving.every(({ dependencies }) => gates.every(({ urn }) => dependencies.includes(urn)))
}

function bursts(app: Value): Observation["bursts"] {
  const number = (name: string) => variable(app, name).at("value").number
  const rate = (kind: string): ObservedRate | undefined => {
    const [perSecond, burst] = [number(`${kind}_RATE`), number(`${kind}_BURST`)]
    return perSecond === undefined || burst === undefined ? undefined : { perSecond, burst }
  }
  const [api, optimize] = [rate("API"), rate("OPTIMIZE")]
  return api === undefined || optimize === undefined ? undefined : { api, optimize }
}

/** Whether it reads secrets, each at a version that is named. */
function readsPinned(container: Value): boolean {
  const references = container
    .at("envs")
    .items.map((one) => one.at("valueSource", "secretKeyRef"))
    .filter(({ exists }) => exists)
  const isPinned = (reference: Value) => reference.at("version").exists && reference.at("version").raw !== "latest"
  return references.length > 0 && references.every(isPinned)
}

function separateAccounts(running: readonly Value[], job: Value): boolean {
  const accounts = [
    ...running.map((one) => one.at("template", "serviceAccount").raw),
    job.at("template", "template", "serviceAccount").raw,
  ]
  return accounts.every((account) => account !== undefined) && new Set(accounts).size === accounts.length
}

/** The gateway's configuration, wherever a secret holds it. */
const kongText = (versions: readonly Value[]): string | undefined =>
  versions.map((version) => version.at("secretData").text).find((text) => text?.includes("_format_version"))
