import type { Shape } from "./problems.ts"
import type { Summary } from "./statistics.ts"

/** What a run of the benchmark found, as the page is made of it. Times are milliseconds where no name says otherwise. */
export interface Results {
  readonly machine: Machine
  /** The versions of Python and its packages, or why there is no Python: then the peers are left out. */
  readonly python: Python
  readonly solve: readonly Cell[]
  readonly http: Http
  readonly image: Image
  readonly plan: readonly PlanTime[]
}

export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memoryGibibytes: number
  readonly system: string
  /** Processes that wanted a core at the begin, by the system's average of the last minute, before anything was measured. */
  readonly load: number
  readonly versions: Readonly<Record<string, string>>
}

export type Python =
  | { readonly versions: Readonly<Record<string, string>>; readonly missing?: undefined }
  | { readonly missing: string }

/** All methods on the same problems. */
export interface Cell {
  readonly channels: number
  readonly shape: Shape
  readonly methods: readonly MethodResult[]
}

export interface MethodResult {
  readonly name: string
  /** Problems that it was given, and that it answered. */
  readonly asked: number
  readonly solved: number
  /** Why a problem was not answered, each reason once. */
  readonly failures: readonly string[]
  readonly time?: Summary
  /** How many times as long as the first method of the cell, problem by problem; absent for that method itself. */
  readonly ratio?: Summary
  /** 1 − response / the certified bound on it, both on the true curves. */
  readonly gap?: Summary
  /** The largest share of a total or bound by which an answer misses it. */
  readonly off?: number
  /** The largest gap that the method itself certifies; absent where it certifies none. */
  readonly certified?: number
}

export interface Http {
  /** Why nothing was measured; then all else is empty. */
  readonly missing?: string
  /** Whether server and load had a core each, and which way. */
  readonly cores: string
  readonly throughput: readonly Throughput[]
  readonly steady: readonly Steady[]
  readonly loop?: Loop
  /** Absent where the system does not say. */
  readonly memory?: Memory
}

/** Memory that the app's process had resident, in mebibytes. */
export interface Memory {
  /** Of a new process, some seconds after its start. */
  readonly idle: number
  /** At most, of the same process at the steady rate. */
  readonly steady: number
  /** At most, of the process that all else is measured on: full load and large problems. */
  readonly full: number
}

/** As many requests as were answered, by a fixed number of clients that each ask again at once. */
export interface Throughput {
  readonly server: Server
  readonly channels: number
  /** By round. */
  readonly perSecond: Summary
  readonly p50: number
  readonly p99: number
  /** The share of its core that the server used. */
  readonly busy?: number
  readonly requests: number
  readonly failed: number
  /** perSecond over that of the peer in the same round; absent for the peer, and without it. */
  readonly ratio?: Summary
  /** Requests answered in a second of processor time; what else ran on the core does not count. */
  readonly perCoreSecond?: Summary
  /** perCoreSecond over that of the peer in the same round. */
  readonly workRatio?: Summary
}

export const servers = {
  plain: "Atlas, store: false",
  stored: "Atlas, every answer stored",
  peer: "FastAPI, uvicorn, SciPy linprog",
} as const
export type Server = keyof typeof servers

/** Requests at a steady rate, each timed from the moment at which it was due. */
export interface Steady {
  readonly server: Server
  readonly shape: Shape
  readonly channels: number
  readonly rate: number
  readonly p50: number
  readonly p99: number
  readonly max: number
  readonly requests: number
  readonly failed: number
}

/** The event loop of the app's process while it solves large problems on its threads. */
export interface Loop {
  readonly channels: number
  /** Problems that were solved in the time. */
  readonly solved: number
  readonly seconds: number
  /** As the process measures it itself, by Node's histogram of the loop's delay. */
  readonly delayP99: number
  /** Of a request to the liveness probe, from the moment at which it was due. */
  readonly probeP99: number
  readonly probes: number
}

/** The image, in hardened containers; or why there is none to measure. */
export type Image =
  | { readonly missing: string }
  | {
      readonly missing?: undefined
      /** Of its own, in bytes, and by gzip. */
      readonly layer: { readonly bytes: number; readonly compressed: number }
      /** From the start of a container's process to its first answer that it is ready. */
      readonly ready: Summary
      /** Memory of an idle container in mebibytes: what counts against its limit, and what its process has resident. */
      readonly counted: Summary
      readonly resident: Summary
    }

export interface PlanTime {
  readonly stack: string
  readonly seconds: Summary
}
