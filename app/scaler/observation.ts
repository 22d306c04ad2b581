import type { WorkloadScaling } from "../contract/scaling.ts"

export type Signals = WorkloadScaling["signals"]
export type SignalName = keyof Signals

/** How much replicas use of what they are promised. */
export interface Utilization {
  /** The average over the replicas that reported. */
  readonly percent: number
  /** How many replicas reported. */
  readonly replicas: number
}

/**
 * What was read of a workload in one round. A signal that could not be read is left out, which is not the same as
 * nothing: requests and jobs are totals over all replicas, and 0 is a figure like any other.
 */
export interface Observation {
  readonly cpuPercent?: Utilization
  readonly memoryPercent?: Utilization
  readonly requestsPerSecond?: number
  readonly queuedJobs?: number
}
