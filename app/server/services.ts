import type { Cache } from "../data/cache.ts"
import type { Database } from "../data/database.ts"
import type { ModeWatch } from "../data/mode.ts"
import type { Queue } from "../jobs/queue.ts"
import type { Fitter } from "../models/fit/fitter.ts"
import type { Solver } from "../results/solver.ts"
import type { Logger } from "./log.ts"
import type { Metrics } from "./metrics.ts"
import type { Checks } from "./routes/health.ts"
import type { Settings } from "./settings.ts"

/** All that the routes use; the process opens it and closes it. */
export interface Services {
  readonly settings: Settings
  readonly log: Logger
  readonly database: Database
  readonly cache: Cache
  readonly metrics: Metrics
  readonly queue: Queue
  readonly solver: Solver
  readonly fitter: Fitter
  readonly check: () => Promise<Checks>
  readonly watch: ModeWatch
}
