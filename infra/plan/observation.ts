/**
 * What a target's planned resources say of a stack, in neutral words, read back by an observer that knows only the
 * resources. The keys are the facets that the conformance suite compares; a value that a target's resources do not tell
 * is absent. Durations are seconds, sizes bytes, processors vCPUs.
 */
export interface Observation {
  readonly image?: { readonly byDigest: boolean; readonly sameForAll: boolean }
  readonly user?: {
    readonly uid: number
    readonly nonRoot: boolean
    readonly readOnlyRoot: boolean
    readonly dropsAll: boolean
    readonly escalation: boolean
  }
  readonly port?: { readonly api: number; readonly gateway: number }
  readonly liveness?: ObservedProbe
  readonly readiness?: ObservedProbe
  readonly size?: { readonly api: ObservedSize; readonly worker: ObservedSize; readonly gateway: ObservedSize }
  readonly replicas?: { readonly api: Range; readonly worker: Range }
  readonly scaling?: {
    readonly cpuPercent: number
    readonly memoryPercent: number
    readonly requestsPerSecond: number
    readonly queuedJobs: number
    readonly up: ObservedStep
    readonly down: ObservedStep
  }
  /** API requests that one replica serves at a time. */
  readonly concurrency?: number
  readonly timeout?: number
  readonly body?: number
  readonly rollout?: { readonly unavailable: number; readonly gateBeforeServing: boolean }
  readonly gateway?: ObservedGateway
  readonly bursts?: { readonly api: ObservedRate; readonly optimize: ObservedRate }
  readonly edge?: { readonly minimumTls: string; readonly redirect: boolean }
  readonly database?: {
    readonly version: number
    readonly private: boolean
    readonly encrypted: boolean
    readonly tlsForced: boolean
    readonly capacity: Range
    readonly pointInTime: number
    readonly deletionProtection: boolean
  }
  readonly cache?: {
    readonly nodes: number
    readonly failover: boolean
    readonly tls: boolean
    readonly password: boolean
    readonly private: boolean
  }
  readonly secrets?: { readonly inStore: boolean; readonly byReference: boolean }
  readonly identity?: { readonly perWorkload: boolean }
  readonly network?: { readonly cidr: string; readonly zones: number; readonly defaultDeny: boolean }
  readonly backups?: { readonly keep: number }
  readonly logs?: { readonly keep: number }
  readonly dashboards?: ObservedDashboard
  readonly alerts?: ObservedAlerts
}

export interface ObservedDashboard {
  /** By its title, the queries of each panel, without what tells the stack's series from others'. */
  readonly panels: Readonly<Record<string, readonly string[]>>
  /** Whether something of the stack's shows it. */
  readonly shown: boolean
}

export interface ObservedAlerts {
  readonly rules: Readonly<Record<string, ObservedRule>>
  /** Who is sent a mail. */
  readonly mail: readonly string[]
}

export interface ObservedRule {
  readonly promql: string
  readonly after: number
  readonly severity: string
}

export type FacetName = keyof Observation

export interface ObservedProbe {
  readonly path: string
  readonly initialDelaySeconds: number
  readonly periodSeconds: number
  readonly timeoutSeconds: number
  readonly failureThreshold: number
}

export interface ObservedSize {
  readonly request: { readonly cpu: number; readonly memory: number }
  readonly limit: { readonly cpu: number; readonly memory: number }
}

export interface Range {
  readonly min: number
  readonly max: number
}

export interface ObservedStep {
  readonly percentPerMinute: number
  readonly after: number
}

export interface ObservedRate {
  readonly perSecond: number
  readonly burst: number
}

export interface ObservedGateway {
  /** Path prefixes that need a key, and those that do not, in alphabetical order. */
  readonly keyed: readonly string[]
  readonly open: readonly string[]
  readonly consumers: readonly string[]
  readonly minute: number
  readonly hour: number
  readonly shared: boolean
  readonly origins: readonly string[]
  readonly methods: readonly string[]
  readonly credentials: boolean
  readonly retries: number
  readonly connectTimeout: number
  readonly readTimeout: number
  readonly correlationId: boolean
  readonly metricsPerConsumer: boolean
}
