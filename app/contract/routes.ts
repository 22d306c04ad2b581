import { liveness, readiness } from "./service.ts"

/**
 * Every path that the service answers. Paths that end in `…Of` are made by a function of an id; all others are literal.
 */
const api = "/api"
const v1 = `${api}/v1`

export const routes = {
  root: "/",
  health: liveness.path,
  ready: readiness.path,
  metrics: "/metrics",
  docs: "/docs",
  static: "/static",
  debug: "/debug",
  debugStatus: "/debug/status",
  api,
  v1,
  optimize: `${v1}/optimize`,
  scenarios: `${v1}/scenarios`,
  models: `${v1}/models`,
  fit: `${v1}/models/fit`,
  results: `${v1}/results`,
  jobs: `${v1}/jobs`,
  mode: `${v1}/operations/mode`,
} as const

/** Routes that compute rather than read or write: they share one limit of their own, beside that of the whole API. */
export const computing: readonly string[] = [routes.optimize, routes.scenarios, routes.fit]

/**
 * Those whose POST may be sent to a second replica when the first broke off: it finds the same, and stores one answer
 * more at the most. A fit is none of them: one with a name stores a version of a model.
 */
export const repeatable: readonly string[] = [routes.optimize, routes.scenarios]

/**
 * Who may reach a path through the gateway. `key`: a consumer with a key; `public`: anyone; `internal`: nobody, these
 * are for probes, collectors and operators beside the process.
 */
export type Access = "key" | "public" | "internal"

/** Access by path prefix. The root is exact; whatever is not listed is not routed. */
export const access: Readonly<Record<string, Access>> = {
  [routes.api]: "key",
  [routes.root]: "public",
  [routes.health]: "public",
  [routes.docs]: "public",
  [routes.static]: "public",
  [routes.ready]: "internal",
  [routes.metrics]: "internal",
  [routes.debug]: "internal",
}
