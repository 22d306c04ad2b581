import type { Observation, SignalName, Signals, Utilization } from "./observation.ts"

/** A signal this close to its target, as a share of it, changes nothing: the default of the Kubernetes HPA. */
const tolerance = 0.1

/** The count that a signal asks for. */
export interface Proposal {
  readonly signal: SignalName
  readonly count: number
}

export interface Proposals {
  /** The largest; undefined when no signal could be read. */
  readonly largest: Proposal | undefined
  /** The signals that could not be read. */
  readonly missing: readonly SignalName[]
}

/** What each signal asks for at `current` replicas, and the largest of it. */
export function propose(signals: Signals, observation: Observation, current: number): Proposals {
  const asked = names.flatMap((signal) => {
    const target = signals[signal]
    return target === undefined ? [] : [{ signal, count: countOf(signal, target, observation, current) }]
  })
  const read = asked.filter((one): one is Proposal => one.count !== undefined)
  return {
    largest: read.reduce<Proposal | undefined>(
      (most, one) => (most && most.count >= one.count ? most : one),
      undefined,
    ),
    missing: asked.filter(({ count }) => count === undefined).map(({ signal }) => signal),
  }
}

const names = ["cpuPercent", "memoryPercent", "requestsPerSecond", "queuedJobs"] as const satisfies SignalName[]

function countOf(signal: SignalName, target: number, observation: Observation, current: number): number | undefined {
  if (signal === "cpuPercent" || signal === "memoryPercent") {
    const used = observation[signal]
    return used === undefined || used.replicas === 0 ? undefined : countByUtilization(target, used, current)
  }
  const total = observation[signal]
  return total === undefined ? undefined : countByTotal(target, total, current)
}

/** The HPA's `AverageValue`: as many replicas as share the total by `target` each. */
function countByTotal(target: number, total: number, current: number): number {
  return isClose(total / (target * current)) ? current : Math.ceil(total / target)
}

/**
 * The HPA's `Utilization`. Replicas that did not report (new ones, mostly) are taken to use nothing when the others ask
 * for more, and all that they are promised when the others ask for less; when that turns the direction, nothing changes.
 */
function countByUtilization(target: number, { percent, replicas }: Utilization, current: number): number {
  const silent = Math.max(0, current - replicas)
  const ratio = percent / target
  if (silent === 0) return isClose(ratio) ? current : Math.ceil(ratio * replicas)
  if (ratio === 1) return current
  const assumed = ratio < 1 ? Math.max(100, target) : 0
  const all = replicas + silent
  const whole = (percent * replicas + assumed * silent) / all / target
  const turned = (ratio < 1 && whole > 1) || (ratio > 1 && whole < 1)
  if (isClose(whole) || turned) return current
  const count = Math.ceil(whole * all)
  return whole < 1 ? Math.min(count, current) : Math.max(count, current)
}

const isClose = (ratio: number) => ratio >= 1 - tolerance && ratio <= 1 + tolerance
