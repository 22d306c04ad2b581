import type { WorkloadScaling } from "../contract/scaling.ts"
import { forget, reach, type ScalingState, stabilize } from "./limit.ts"
import type { Observation } from "./observation.ts"
import { propose } from "./propose.ts"

export interface Situation {
  /** Seconds of any clock that does not go back. */
  readonly now: number
  /** The count that is set. */
  readonly current: number
  readonly observation: Observation
  readonly scaling: WorkloadScaling
  /** What the last decision gave; undefined for the first. */
  readonly state: ScalingState | undefined
}

export interface Decision {
  /** The count to set; `current` when nothing is to change. */
  readonly count: number
  /** What decided: the signals, the bounds, missing signals, or a count of 0 that was set by hand. */
  readonly by: "signals" | "bounds" | "missing" | "pause"
  /** Why, for people. */
  readonly reason: string
  /** For the next decision. A change that was carried out is added to it by `recordChange`. */
  readonly state: ScalingState
}

/**
 * How many replicas a workload should have: the algorithm of the Kubernetes Horizontal Pod Autoscaler with one Percent
 * policy a direction, so that a cloud without one follows the figures that Kubernetes follows
 * (https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/). In its order:
 *
 * 1. A count of 0 where the least is more has been set by hand, and pauses the workload.
 * 2. A count outside the bounds is put at the bound, at once.
 * 3. Each signal asks for a count, and the largest wins. When signals are missing, the rest may only ask for more; with
 *    none of them nothing changes. Such a round leaves no recommendation.
 * 4. Stabilization windows, then rates, then bounds.
 *
 * The first decision takes the current count for what was asked for, so that a process that has just begun does not
 * shrink what another has grown.
 */
export function decide({ now, current, observation, scaling, state }: Situation): Decision {
  const { min, max } = scaling
  const past = forget(state ?? { recommendations: [{ at: now, count: current }], changes: [] }, now, scaling)
  const settle = (count: number, by: Decision["by"], reason: string): Decision => ({ count, by, reason, state: past })

  if (current === 0 && min > 0) return settle(0, "pause", "the count was set to 0 by hand, which pauses scaling")
  if (current > max) return settle(max, "bounds", `${current} is above the most, ${max}`)
  if (current < min) return settle(min, "bounds", `${current} is below the least, ${min}`)

  const { largest, missing } = propose(scaling.signals, observation, current)
  if (largest === undefined) return settle(current, "missing", `no signal could be read: ${missing.join(", ")}`)
  if (missing.length > 0 && largest.count < current) {
    return settle(current, "missing", `${missing.join(", ")} could not be read, and the rest asks for fewer`)
  }

  const asked = largest.count
  const stable = stabilize(asked, { now, current, state: past, scaling })
  const { least, most } = reach({ now, current, state: past }, scaling)
  const rated = Math.min(Math.max(stable, least), most)
  const count = Math.min(Math.max(rated, min), max)
  const reason = [
    `${largest.signal} asks for ${asked}`,
    ...(stable === asked ? [] : [`its window allows ${stable}`]),
    ...(rated === stable ? [] : [`the rate allows ${rated}`]),
    ...(count === rated ? [] : [`the bounds allow ${count}`]),
  ].join("; ")
  const recommendations = [...past.recommendations, { at: now, count: asked }]
  return { count, by: "signals", reason, state: { ...past, recommendations } }
}

/** The state after a change that the cloud has accepted: the rates count it. */
export function recordChange(state: ScalingState, change: { at: number; from: number; to: number }): ScalingState {
  const { at, from, to } = change
  return { ...state, changes: [...state.changes, { at, by: to - from }] }
}
