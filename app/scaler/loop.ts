import { setTimeout as delay } from "node:timers/promises"
import type { WorkloadName } from "../contract/roles.ts"
import type { Scaling, WorkloadScaling } from "../contract/scaling.ts"
import { type Held, withLock } from "../data/lock.ts"
import type { Log } from "../data/log.ts"
import type { CloudOptions, Reader, ScaledWorkload } from "./cloud.ts"
import { openWorkload } from "./open.ts"
import { controlWorkload, type Observe } from "./workload.ts"

/** The HPA's period (https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/). */
const defaultPeriodMs = 15_000
/** What a round may take of it before it is given up. */
const roundShare = 2 / 3

export const lockName = "atlas.scaler"

export interface ScalerOptions extends CloudOptions {
  readonly scaling: Scaling
  /** The database in which the lock is; a connection of the scaler's own is opened to it. */
  readonly database: { readonly url: string; readonly ca?: string | undefined }
  /** Jobs that wait for a worker. */
  readonly readQueuedJobs: () => Promise<number>
  readonly observe: Observe
  readonly log: Log
  readonly periodMs?: number
  readonly beatMs?: number
  /** Opens a workload on its cloud; for tests. */
  readonly open?: (scaling: WorkloadScaling, options: CloudOptions) => Promise<ScaledWorkload>
}

export interface Scaler {
  /** Rejects for what trying again does not mend. */
  readonly ended: Promise<void>
  /** Finishes the request under way, begins no other, and frees the lock. */
  stop(): Promise<void>
}

/**
 * Sets the counts of workloads for as long as this process holds the lock that makes it the only one, and waits for the
 * lock otherwise. Who gets it begins without a past, as an HPA does after a restart: it takes the counts it finds.
 */
export async function startScaler(options: ScalerOptions): Promise<Scaler> {
  const { scaling, log, observe, open = openWorkload, identity } = options
  const workloads = await Promise.all(
    Object.entries(scaling).map(async ([name, one]) => ({
      name: name as WorkloadName,
      scaling: one,
      cloud: await open(one, { identity }),
      readers: one.signals.queuedJobs === undefined ? [] : [queueReader(options.readQueuedJobs)],
    })),
  )
  const ending = new AbortController()

  async function scale({ lost, confirm }: Held): Promise<void> {
    const life = AbortSignal.any([lost, ending.signal])
    const now = () => performance.now() / 1000
    const controls = workloads.map((workload) => controlWorkload({ ...workload, confirm, observe, log, now }))
    observe.active(true)
    try {
      await inRounds(options.periodMs ?? defaultPeriodMs, life, async (late) => {
        const aborts = { read: AbortSignal.any([life, late]), set: AbortSignal.any([lost, late]), life }
        await Promise.all(controls.map((control) => control.round(aborts)))
      })
    } finally {
      observe.active(false)
    }
  }

  const lock = { ...options.database, name: lockName, log, ...(options.beatMs ? { beatMs: options.beatMs } : {}) }
  const ended = withLock(lock, ending.signal, scale)
  return {
    ended,
    async stop() {
      ending.abort()
      await ended.catch(() => undefined)
    },
  }
}

/** One round after another, each begun a period after the one before, until `life` is over. */
async function inRounds(
  periodMs: number,
  life: AbortSignal,
  round: (late: AbortSignal) => Promise<void>,
): Promise<void> {
  while (!life.aborted) {
    const begun = performance.now()
    await round(AbortSignal.timeout(Math.round(periodMs * roundShare)))
    const left = Math.max(0, periodMs - (performance.now() - begun))
    await delay(left, undefined, { signal: life }).catch(() => undefined)
  }
}

function queueReader(readQueuedJobs: () => Promise<number>): Reader {
  return { name: "queue", read: async () => ({ queuedJobs: await readQueuedJobs() }) }
}
