import type { WorkloadScaling } from "../contract/scaling.ts"

/** What has to be known of the past. Times are seconds of any one clock. Plain data, so that it can be stored. */
export interface ScalingState {
  /** What the signals asked for, before any limit. */
  readonly recommendations: readonly { readonly at: number; readonly count: number }[]
  /** By how much the count was changed. */
  readonly changes: readonly { readonly at: number; readonly by: number }[]
}

/** The period of the rates, which are per minute. */
const periodSeconds = 60

/** Only as much as the windows still ask for. */
export function forget(state: ScalingState, now: number, { up, down }: WorkloadScaling): ScalingState {
  const windowSeconds = Math.max(up.afterSeconds, down.afterSeconds)
  return {
    recommendations: state.recommendations.filter(({ at }) => at > now - windowSeconds),
    changes: state.changes.filter(({ at }) => at > now - periodSeconds),
  }
}

/**
 * The HPA's stabilization: up only to the least that was asked for in the window of `up`, down only to the most that
 * was asked for in that of `down`; `count` is what is asked for now.
 */
export function stabilize(
  count: number,
  { now, current, state, scaling }: { now: number; current: number; state: ScalingState; scaling: WorkloadScaling },
): number {
  const since = (seconds: number) =>
    state.recommendations.flatMap((one) => (one.at > now - seconds ? [one.count] : [])).concat(count)
  const least = Math.min(...since(scaling.up.afterSeconds))
  const most = Math.max(...since(scaling.down.afterSeconds))
  return Math.min(Math.max(current, least), most)
}

/**
 * The HPA's `Percent` policy in both directions: how far the count may be moved now, as a share of the count at the
 * start of the period. Up is rounded up and down is rounded down, so that a small workload moves at all. From zero,
 * where a share is nothing, one replica may start, as KEDA activates a workload.
 */
export function reach(
  { now, current, state }: { now: number; current: number; state: ScalingState },
  { up, down }: WorkloadScaling,
): { least: number; most: number } {
  const moved = state.changes.reduce((sum, { at, by }) => (at > now - periodSeconds ? sum + by : sum), 0)
  const start = current - moved
  return {
    least: Math.min(current, Math.floor(start * (1 - down.percentPerMinute / 100))),
    most: Math.max(current, Math.ceil(start * (1 + up.percentPerMinute / 100)), 1),
  }
}
