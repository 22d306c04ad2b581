import type { Observation, ObservedRate, ObservedSize, ObservedStep } from "../observation.ts"
import type { PlannedResource } from "../resource.ts"
import { observeAzureGround } from "./azure-ground.ts"
import { observeKong } from "./kong.ts"
import { probe } from "./probe.ts"
import { Value } from "./values.ts"

const GIBIBYTE = 2 ** 30

/** What container groups say of the stack, and what stands beside them: network, data, edge, archive and logs. */
export function observeAzure(resources: readonly PlannedResource[]): Observation {
  const sets = setsOf(resources)
  // The gateway is the container with the port that the load balancer sends to.
  const isGateway = (container: Value) => container.at("ports").items.length > 0
  const api = sets.find(({ containers }) => containers.some(isGateway))
  const scaler = sets.find(({ containers }) => containers.some((one) => variable(one, "SCALING").exists))
  const worker = sets.find((one) => one !== api && one !== scaler)
  if (api === undefined || worker === undefined) return {}
  const gateway = api.containers.find(isGateway)
  // What is told how many requests it may serve at a time is the app; its companions are not.
  const [app, work] = [api, worker].map(({ containers }) =>
    containers.find((container) => variable(container, "CONCURRENCY").exists),
  )
  if (gateway === undefined || app === undefined || work === undefined) return {}
  const kong = kongText(api.profile)
  const observedKong = kong === undefined ? undefined : observeKong(kong)
  const gates = resources.filter(({ type }) => type === "azure-native:containerinstance:ContainerGroup")
  const images = [app, work, ...gates.map(({ inputs }) => new Value(inputs).at("containers", 0))]
  return {
    image: {
      byDigest: images.every((container) => (container.at("image").text ?? "").includes("@sha256:")),
      sameForAll: new Set(images.map((container) => container.at("image").raw)).size === 1,
    },
    ...given("port", ports(app, gateway)),
    ...given("liveness", probe(app.at("livenessProbe"))),
    ...given("readiness", probe(app.at("readinessProbe"))),
    size: { api: size(app), worker: size(work), gateway: size(gateway) },
    ...scaling(scaler?.containers.find((one) => variable(one, "SCALING").exists)),
    ...given("body", observedKong?.body),
    rollout: {
      unavailable: Math.max(...[api, worker].map(unavailable)),
      gateBeforeServing: sets.every(({ resource }) => comesAfterGate(resource, resources)),
    },
    ...given("gateway", observedKong?.gateway),
    ...given("bursts", bursts(app)),
    ...given("concurrency", variable(app, "CONCURRENCY").number),
    secrets: {
      inStore: resources.some(({ type }) => type === "azure-native:keyvault:Secret"),
      byReference: [app, work].every((container) =>
        container.at("environmentVariables").items.some((one) => one.at("secureValueReference").exists),
      ),
    },
    identity: { perWorkload: separate(sets) },
    ...observeAzureGround(resources),
  }
}

/** A set of container groups, with the profile that it names. */
interface GroupSet {
  readonly resource: PlannedResource
  readonly inputs: Value
  readonly profile: Value
  readonly containers: readonly Value[]
}

function setsOf(resources: readonly PlannedResource[]): readonly GroupSet[] {
  const profiles = resources.filter(({ type }) => type === "azure-native:containerinstance:CGProfile")
  return resources
    .filter(({ type }) => type === "azure-native:containerinstance:NGroup")
    .flatMap((resource) => {
      const inputs = new Value(resource.inputs)
      const id = inputs.at("containerGroupProfiles", 0, "resource", "id").text
      const named = profiles.find(({ name }) => id?.includes(name))
      if (named === undefined) return []
      const profile = new Value(named.inputs)
      return [{ resource, inputs, profile, containers: profile.at("containers").items }]
    })
}

function given<Name extends keyof Observation>(name: Name, value: Observation[Name]): Observation {
  return value === undefined ? {} : { [name]: value }
}

const variable = (container: Value, name: string): Value =>
  container.at("environmentVariables").find("name", name).at("value")

/** The app's port is no port of its group: only its probes tell it. */
function ports(app: Value, gateway: Value): Observation["port"] {
  const api = app.at("livenessProbe", "httpGet", "port").number
  const front = gateway.at("ports", 0, "port").number
  return api === undefined || front === undefined ? undefined : { api, gateway: front }
}

function size(container: Value): ObservedSize {
  const amount = (kind: string) => ({
    cpu: container.at("resources", kind, "cpu").number ?? Number.NaN,
    memory: (container.at("resources", kind, "memoryInGB").number ?? Number.NaN) * GIBIBYTE,
  })
  return { request: amount("requests"), limit: amount("limits") }
}

/** What the scaler is told; both workloads must move alike, or their steps tell nothing. */
function scaling(scaler: Value | undefined): Pick<Observation, "replicas" | "scaling"> {
  const text = scaler === undefined ? undefined : variable(scaler, "SCALING").text
  if (text === undefined) return {}
  const told = new Value(JSON.parse(text))
  const range = (name: string) => ({
    min: told.at(name, "min").number ?? Number.NaN,
    max: told.at(name, "max").number ?? Number.NaN,
  })
  const step = (name: string, direction: string): ObservedStep => ({
    percentPerMinute: told.at(name, direction, "percentPerMinute").number ?? Number.NaN,
    after: told.at(name, direction, "afterSeconds").number ?? Number.NaN,
  })
  const signal = (name: string, of: string) => told.at(name, "signals", of).number ?? Number.NaN
  const steps = { up: step("api", "up"), down: step("api", "down") }
  const isAlike = (["up", "down"] as const).every(
    (way) => JSON.stringify(steps[way]) === JSON.stringify(step("worker", way)),
  )
  return {
    replicas: { api: range("api"), worker: range("worker") },
    ...(isAlike
      ? {
          scaling: {
            cpuPercent: signal("api", "cpuPercent"),
            memoryPercent: signal("api", "memoryPercent"),
            requestsPerSecond: signal("api", "requestsPerSecond"),
            queuedJobs: signal("worker", "queuedJobs"),
            ...steps,
          },
        }
      : {}),
  }
}

/** None is missed where each group is replaced by another; in their place, a batch of them is away at a time. */
function unavailable({ inputs }: GroupSet): number {
  const profile = inputs.at("updateProfile")
  const rolling = profile.at("rollingUpdateProfile")
  if (profile.at("updateMode").text === "Rolling" && rolling.at("inPlaceUpdate").raw === false) return 0
  const share = (rolling.at("maxBatchPercent").number ?? 100) / 100
  return Math.ceil((inputs.at("elasticProfile", "desiredCount").number ?? 1) * share)
}

/** A script that waits for a container group to end, in what the set waits for; the script waits for the group. */
function comesAfterGate({ dependencies }: PlannedResource, resources: readonly PlannedResource[]): boolean {
  const byUrn = (urns: readonly string[]) => resources.filter(({ urn }) => urns.includes(urn))
  return byUrn(dependencies).some(
    ({ type, dependencies: before }) =>
      type === "azure-native:resources:AzureCliScript" &&
      byUrn(before).some((one) => one.type === "azure-native:containerinstance:ContainerGroup"),
  )
}

function bursts(app: Value): Observation["bursts"] {
  const rate = (kind: string): ObservedRate | undefined => {
    const [perSecond, burst] = [`${kind}_RATE`, `${kind}_BURST`].map((name) => variable(app, name).number)
    return perSecond === undefined || burst === undefined ? undefined : { perSecond, burst }
  }
  const [api, optimize] = [rate("API"), rate("OPTIMIZE")]
  return api === undefined || optimize === undefined ? undefined : { api, optimize }
}

/** Whether each set has an identity that no other has. */
function separate(sets: readonly GroupSet[]): boolean {
  const identities = sets.map(({ inputs }) => inputs.at("identity", "userAssignedIdentities").texts.join())
  return !identities.includes("") && new Set(identities).size === identities.length
}

/** The gateway's configuration, in whichever secret volume it lies. */
function kongText(profile: Value): string | undefined {
  return profile
    .at("volumes")
    .items.flatMap((volume) => Object.values((volume.at("secret").raw ?? {}) as Record<string, unknown>))
    .flatMap((value) => (typeof value === "string" ? [Buffer.from(value, "base64").toString()] : []))
    .find((text) => text.includes("_format_version"))
}
