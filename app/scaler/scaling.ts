import { type Scaling, ScalingSchema, type WorkloadScaling } from "../contract/scaling.ts"
import { checker } from "../validation.ts"
import type { SignalName } from "./observation.ts"

/** The clouds whose counts the scaler can set. */
export type CloudName = "google" | "azure"

export type ReadScaling = { readonly ok: true; readonly scaling: Scaling } | { ok: false; problems: readonly string[] }

/** What the form of an id says: each cloud's resource that holds a count. */
const resources: Readonly<Record<CloudName, { form: RegExp; example: string; signals: readonly SignalName[] }>> = {
  google: {
    form: /^projects\/[^/]+\/locations\/[^/]+\/workerPools\/[^/]+$/,
    example: "projects/PROJECT/locations/REGION/workerPools/NAME",
    // A worker pool answers no requests, and Cloud Run scales what does by itself.
    signals: ["queuedJobs"],
  },
  azure: {
    // Azure's ids are compared without regard to case.
    form: /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.ContainerInstance\/ngroups\/[^/]+$/i,
    example: "/subscriptions/SUBSCRIPTION/resourceGroups/GROUP/providers/Microsoft.ContainerInstance/NGroups/NAME",
    signals: ["cpuPercent", "memoryPercent", "requestsPerSecond", "queuedJobs"],
  },
}

const gateway = {
  form: /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/applicationGateways\/[^/]+$/i,
  example: "/subscriptions/SUBSCRIPTION/resourceGroups/GROUP/providers/Microsoft.Network/applicationGateways/NAME",
}

const check = checker(ScalingSchema, "strict")

/** The value of the variable SCALING, checked whole: every problem with its path, what is wrong and what is allowed. */
export function readScaling(text: string): ReadScaling {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { ok: false, problems: [`is not JSON: ${error instanceof Error ? error.message : String(error)}.`] }
  }
  const checked = check(value)
  if (!checked.ok) return { ok: false, problems: checked.errors.map(({ path, message }) => `${path} ${message}.`) }
  const workloads = Object.entries(checked.value)
  if (workloads.length === 0) return { ok: false, problems: ["names no workload. Name api, worker or both."] }
  const problems = workloads.flatMap(([name, scaling]) =>
    [...workloadProblems(scaling)].map((problem) => `/${name}${problem}`),
  )
  return problems.length > 0 ? { ok: false, problems } : { ok: true, scaling: checked.value }
}

/** The cloud whose resource has this id; undefined for an id of no known form. */
export function cloudOf(resource: string): CloudName | undefined {
  return clouds.find((cloud) => resources[cloud].form.test(resource))
}

const clouds = Object.keys(resources) as CloudName[]

/** What a schema cannot say of one workload. */
function* workloadProblems({ resource, min, max, signals, requestsFrom }: WorkloadScaling): Generator<string> {
  if (min > max) yield `/min ${min} is above /max ${max}. Give a least that is not above the most.`
  const named = Object.keys(signals) as SignalName[]
  if (named.length === 0) yield "/signals names none. Name at least one, or leave the workload out."
  const total = signals.queuedJobs ?? signals.requestsPerSecond
  if (min === 0 && total === undefined) {
    yield "/min 0 needs queuedJobs or requestsPerSecond: without replicas nothing reports its use."
  }
  const cloud = cloudOf(resource)
  if (cloud === undefined) {
    yield `/resource ${JSON.stringify(resource)} has no known form. Allowed: ${clouds.map((name) => resources[name].example).join(" or ")}.`
    return
  }
  const { signals: known } = resources[cloud]
  for (const name of named.filter((one) => !known.includes(one))) {
    yield `/signals/${name} cannot be read for ${resource}. Allowed there: ${known.join(", ")}.`
  }
  if (signals.requestsPerSecond === undefined || cloud !== "azure") return
  if (requestsFrom === undefined) yield "/requestsFrom is missing: requestsPerSecond is counted at a gateway."
  else if (!gateway.form.test(requestsFrom)) {
    yield `/requestsFrom ${JSON.stringify(requestsFrom)} is no gateway's id. Allowed: ${gateway.example}.`
  }
}
