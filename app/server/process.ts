import { totalmem } from "node:os"
import { setTimeout as delay } from "node:timers/promises"
import { workRoles } from "../contract/roles.ts"
import type { Scaling } from "../contract/scaling.ts"
import { type Cache, openCache } from "../data/cache.ts"
import { type Database, openDatabase } from "../data/database.ts"
import { migrate, schemaIsCurrent } from "../data/migrate.ts"
import { watchMode } from "../data/mode.ts"
import { mayPass } from "../data/unavailable.ts"
import { type Handler, openQueue } from "../jobs/queue.ts"
import { seedExamples } from "../models/examples.ts"
import { openFitter } from "../models/fit/fitter.ts"
import { listModels } from "../models/models.ts"
import { computeAnswer } from "../results/optimize.ts"
import { openSolver } from "../results/solver.ts"
import { type Scaler, startScaler } from "../scaler/loop.ts"
import { type CertificateWatch, watchCertificate } from "./certificate.ts"
import type { Logger } from "./log.ts"
import { measured, observer, scalerObserver } from "./measured.ts"
import { createMetrics, type Metrics } from "./metrics.ts"
import { type Checks, isReady } from "./routes/health.ts"
import { buildServer, type Server } from "./server.ts"
import type { Settings } from "./settings.ts"

/** Between attempts to prepare the database while it is away. */
const RETRY_MS = 1000
/** A check that takes longer than this has failed: probes wait no longer than a few seconds. */
const CHECK_MS = 3000
/** How often the pool's state is logged; the deployment guide's figure. */
const POOL_LOG_MS = 60_000

export interface Running {
  readonly server: Server
  /** Where HTTP is served. */
  readonly url: string
  /**
   * Settles when the database has this release's schema and the queue runs; waits as long as the database is away.
   * Rejects for what waiting does not mend, such as a migration that fails or a password that is wrong.
   */
  readonly prepared: Promise<void>
  /** Takes no new work, finishes what has begun, and lets everything go. */
  close(): Promise<void>
}

/**
 * Opens what the roles need and serves at once, so that probes are answered while the database is still away; the
 * process is unready until the schema fits.
 */
export async function startProcess(settings: Settings, log: Logger): Promise<Running> {
  const ending = new AbortController()
  const database = openDatabase({
    url: settings.DATABASE_URL,
    ca: settings.DATABASE_CA,
    poolSize: settings.DATABASE_POOL_SIZE,
    log,
  })
  const cache = openCache({ url: settings.REDIS_URL, ca: settings.REDIS_CA, log })
  const solver = openSolver({ threads: settings.WORKERS, solver: settings.SOLVER })
  const fitter = openFitter({ threads: settings.WORKERS })
  const works = settings.roles.some((role) => (workRoles as readonly string[]).includes(role))
  const queue = openQueue({ database, log })
  const watch = watchMode(database, (mode) => log.info({ event_type: "mode", mode }, "The mode changed"), { log })
  const state = { schemaFits: false }
  const check = () => readChecks(database, cache, state.schemaFits)
  const metrics = createMetrics({
    queue: () => queue.stats(),
    pool: () => database.stats(),
    threads: () => ({ solver: solver.stats(), fitter: fitter.stats() }),
    ready: async () => isReady(await check()),
    roles: settings.roles,
    concurrency: settings.CONCURRENCY,
    memoryLimit: memoryLimit(),
  })
  const server = await buildServer({ settings, log, database, cache, metrics, queue, solver, fitter, check, watch })
  let prepared: Promise<void> = Promise.resolve()
  let scaler: Scaler | undefined
  let certificate: CertificateWatch | undefined

  async function close(): Promise<void> {
    await server.leave()
    ending.abort()
    clearInterval(poolLog)
    watch.stop()
    certificate?.stop()
    await prepared.catch(() => undefined)
    await Promise.all([server.close(), queue.stop(), scaler?.stop()])
    await Promise.all([solver.close(), fitter.close(), cache.close(), database.close()])
  }

  const poolLog = setInterval(() => {
    log.info({ event_type: "pool", ...database.stats() }, "Database pool")
  }, POOL_LOG_MS)
  poolLog.unref()

  const deps = { database, cache, solver, observe: observer(metrics) }
  const handleJob: Handler = ({ request, signal, timeoutSeconds }) =>
    measured(metrics, request.method ?? "auto", () =>
      computeAnswer(deps, request, { stored: true, signal, timeoutSeconds }),
    )

  const scalerOptions = (scaling: Scaling) => ({
    scaling,
    identity: settings.SCALING_IDENTITY,
    database: { url: settings.DATABASE_URL, ca: settings.DATABASE_CA },
    readQueuedJobs: async () => (await queue.stats()).depth,
    observe: scalerObserver(metrics),
    log,
  })

  async function prepare(): Promise<void> {
    await untilDone(ending.signal, log, async () => {
      if (!(await schemaIsCurrent(database))) {
        const applied = await migrate({ url: settings.DATABASE_URL, ca: settings.DATABASE_CA, log })
        if (applied.length > 0) log.info({ event_type: "migration", applied }, "Migrated")
      }
      if (settings.SEED_EXAMPLES) await seedExamples(database, log)
      state.schemaFits = await schemaIsCurrent(database)
      await queue.start()
      if (works) await queue.work(handleJob, { concurrency: settings.JOB_CONCURRENCY })
      // What the scaler cannot mend is left to reject unhandled, as `prepared` is: then the process ends with it.
      if (settings.scaling && settings.roles.includes("scaler"))
        scaler = await startScaler(scalerOptions(settings.scaling))
      log.info({ event_type: "prepared", roles: settings.roles }, "Ready to work")
    })
  }

  try {
    const url = await server.listen({ host: settings.HOST, port: settings.HTTP_PORT })
    prepared = prepare()
    certificate = startCertificateWatch(settings, metrics, log)
    return { server, url, prepared, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Where a domain is given, the end of its certificate is a metric. */
function startCertificateWatch({ DOMAIN: domain }: Settings, metrics: Metrics, log: Logger) {
  if (domain === undefined) return undefined
  return watchCertificate({ domain, log, seen: (seconds) => metrics.certificateExpiry.set({ domain }, seconds) })
}

/** The most memory that the process may take, in bytes: its container's, or the machine's. */
function memoryLimit(): number {
  const container = process.constrainedMemory()
  return container > 0 ? Math.min(container, totalmem()) : totalmem()
}

/** Repeats an attempt while the database is away, until it succeeds or the process ends. */
async function untilDone(ending: AbortSignal, log: Logger, attempt: () => Promise<void>): Promise<void> {
  for (let said = false; !ending.aborted; ) {
    try {
      return await attempt()
    } catch (error) {
      if (!mayPass(error)) throw error
      // Once per outage: a database that is away for an hour is one event, not 3,600.
      if (!said) log.warn({ event_type: "prepare", err: error }, "The database is away; trying again every second")
      said = true
      await delay(RETRY_MS, undefined, { signal: ending }).catch(() => undefined)
    }
  }
}

async function readChecks(database: Database, cache: Cache, schemaFits: boolean): Promise<Checks> {
  const [models, redis] = await Promise.all([
    schemaFits ? within(CHECK_MS, listModels(database, { limit: 1 })) : undefined,
    cache.kind === "redis" ? within(CHECK_MS, cache.ping()) : false,
  ])
  return { database: models !== undefined, redis: redis === true, models: (models?.items.length ?? 0) > 0 }
}

/** What the work gives, or undefined when it fails or takes longer. */
async function within<T>(milliseconds: number, work: Promise<T>): Promise<T | undefined> {
  const late = delay(milliseconds, undefined, { ref: false })
  return Promise.race([work.catch(() => undefined), late])
}
