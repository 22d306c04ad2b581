import type { Observation } from "./observation.ts"

/** A change that a cloud has accepted. */
export interface Change {
  /** Resolves when the cloud has carried it out, rejects with its reason when it could not. */
  readonly done: Promise<void>
}

/** The count as it was read; `set` changes that very reading, and is refused when somebody else has come between. */
export interface Count {
  readonly value: number
  /** Resolves when the cloud has accepted the change. `work` ends the request, `life` the wait for its end. */
  set(count: number, aborts: { work: AbortSignal; life: AbortSignal }): Promise<Change>
}

/** Reads some of a workload's signals. A reader that throws leaves its signals missing. */
export interface Reader {
  readonly name: string
  read(abort: AbortSignal): Promise<Observation>
}

/** One workload of a cloud, as the scaler sees it. */
export interface ScaledWorkload {
  readCount(abort: AbortSignal): Promise<Count>
  /** For the signals that the cloud measures and `scaling` asks for. */
  readonly readers: readonly Reader[]
}

export interface CloudOptions {
  /** On Azure, the client id of the identity that asks; without it the only one that the process has. */
  readonly identity?: string | undefined
}

/** A refused request. `retryAfterSeconds` is how long the cloud asks to be left alone. */
export class CloudError extends Error {
  readonly retryAfterSeconds: number | undefined

  constructor(message: string, options: { retryAfterSeconds?: number | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.name = "CloudError"
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

/** The value of a `Retry-After` header in seconds; a date or nonsense gives nothing, and the next round asks again. */
export function retryAfter(header: string | null | undefined): number | undefined {
  return header !== null && header !== undefined && /^\d{1,5}$/.test(header) ? Number(header) : undefined
}
