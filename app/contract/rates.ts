/** A token bucket: `perSecond` tokens come in, at most `burst` are kept. */
export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

/** The bursts that one consumer may make. The gateway's limits by minute and hour stand above these, in infra/spec. */
export const bursts = {
  /** Any route under /api. */
  api: { perSecond: 10, burst: 20 },
  /** The routes that compute (optimize, scenarios, fit), counted together. */
  optimize: { perSecond: 1, burst: 5 },
} as const satisfies Record<string, Rate>
