import type { WorkloadName } from "../contract/roles.ts"
import type { WorkloadScaling } from "../contract/scaling.ts"
import type { Log } from "../data/log.ts"
import { CloudError, type Reader, type ScaledWorkload } from "./cloud.ts"
import { type Decision, decide, recordChange } from "./decide.ts"
import type { ScalingState } from "./limit.ts"
import type { Observation } from "./observation.ts"

/** What the scaler tells of itself, as numbers. */
export interface Observe {
  /** Whether this process is the one that sets counts. */
  active(is: boolean): void
  decided(workload: WorkloadName, counts: { current: number; desired: number }): void
  /** `stage` is what failed: reading the count or a signal, or setting the count. */
  failed(workload: WorkloadName, stage: string): void
}

export interface WorkloadOptions {
  readonly name: WorkloadName
  readonly scaling: WorkloadScaling
  readonly cloud: ScaledWorkload
  /** Beside those of the cloud. */
  readonly readers: readonly Reader[]
  /** Whether this process may still set counts. */
  readonly confirm: () => Promise<boolean>
  readonly observe: Observe
  readonly log: Log
  /** Seconds of a clock that does not go back. */
  readonly now: () => number
}

export interface RoundAborts {
  /** Ends what the round reads. */
  readonly read: AbortSignal
  /** Ends the request that sets a count: later, so that a process that ends finishes what it has begun. */
  readonly set: AbortSignal
  /** Ends the wait for a change that the cloud has accepted. */
  readonly life: AbortSignal
}

/** Holds one workload at the count that its load asks for; one round reads, decides and sets. A round never throws. */
export function controlWorkload(options: WorkloadOptions): { round(aborts: RoundAborts): Promise<void> } {
  const { name, scaling, cloud, confirm, observe, log, now } = options
  const fields = { event_type: "scaler", workload: name }
  const readers = [...cloud.readers, ...options.readers]
  const said = new Map<string, string>()
  let state: ScalingState | undefined
  let decidedBy: Decision["by"] | undefined
  let changing = false
  let quietUntil = Number.NEGATIVE_INFINITY

  function report(stage: string, error: unknown, life: AbortSignal): void {
    if (life.aborted) return
    observe.failed(name, stage)
    // The sentence and not the error: an SDK's errors carry the request, and with it the token.
    const reason = error instanceof Error ? error.message : String(error)
    if (said.get(stage) !== reason)
      log.warn({ ...fields, stage, reason }, "The scaler failed; the next round tries again")
    said.set(stage, reason)
    const seconds = error instanceof CloudError ? error.retryAfterSeconds : undefined
    if (seconds !== undefined) quietUntil = now() + seconds
  }

  /** What the work gives; undefined when it fails, which is said once for each failure in turn. */
  async function attempt<T>(stage: string, life: AbortSignal, work: () => Promise<T>): Promise<T | undefined> {
    try {
      const result = await work()
      if (said.delete(stage)) log.info({ ...fields, stage }, "The scaler succeeds again")
      return result
    } catch (error) {
      report(stage, error, life)
      return undefined
    }
  }

  return {
    async round({ read, set, life }) {
      if (now() < quietUntil) return
      const [count, ...observed] = await Promise.all([
        attempt("count", life, () => cloud.readCount(read)),
        ...readers.map((reader) => attempt(reader.name, life, () => reader.read(read))),
      ] as const)
      if (count === undefined || life.aborted) return
      const observation = Object.assign({}, ...observed) as Observation
      const at = now()
      const current = count.value
      const decision = decide({ now: at, current, observation, scaling, state })
      state = decision.state
      observe.decided(name, { current, desired: decision.count })
      const told = { ...fields, from: current, to: decision.count, by: decision.by, reason: decision.reason }
      if (decision.by === decidedBy) log.debug(told, "Decided")
      else log.info(told, "What decides has changed")
      decidedBy = decision.by

      // A cloud takes one change at a time; what is asked for meanwhile is asked for again.
      if (decision.count === current || changing || now() < quietUntil) return
      if (!(await confirm())) return
      const change = await attempt("set", life, () => count.set(decision.count, { work: set, life }))
      if (change === undefined) return
      log.info(told, "The count is set")
      state = recordChange(state, { at, from: current, to: decision.count })
      changing = true
      void change.done
        .catch((error: unknown) => report("change", error, life))
        .finally(() => {
          changing = false
        })
    },
  }
}
