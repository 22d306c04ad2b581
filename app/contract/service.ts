/**
 * What the service is and what it demands of whatever runs it. Every target reads these facts; nothing else may
 * state them again. Durations are seconds, sizes are bytes unless the name says otherwise.
 */

/** An HTTP probe: when it is first made, how often, how long an answer may take, how many failures count. */
export interface Probe {
  readonly path: string
  readonly initialDelaySeconds: number
  readonly periodSeconds: number
  readonly timeoutSeconds: number
  readonly failureThreshold: number
}

export const service = {
  name: "atlas",
  /** The port on which a process with an HTTP role listens. */
  port: 8000,
  /** The image's user; also the owner of everything it may write. */
  user: { uid: 1000, gid: 1000 },
  /** Requests that one replica serves at the same time. */
  concurrency: 100,
  /** The longest that one request may take before every hop gives it up. */
  requestTimeoutSeconds: 300,
  /** The largest request body. Mebibytes, because that is the unit in which Kong counts. */
  bodyLimitMebibytes: 10,
  /** How long a process may take to finish what it has begun after SIGTERM. */
  drainSeconds: 30,
} as const

/** Liveness never looks at the database: restarting a replica does not bring a database back. */
export const liveness: Probe = {
  path: "/health",
  initialDelaySeconds: 30,
  periodSeconds: 30,
  timeoutSeconds: 5,
  failureThreshold: 3,
}

/** Readiness takes a replica out of service while it cannot answer. */
export const readiness: Probe = {
  path: "/ready",
  initialDelaySeconds: 10,
  periodSeconds: 10,
  timeoutSeconds: 5,
  failureThreshold: 3,
}
