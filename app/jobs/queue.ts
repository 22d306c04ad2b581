import type { Job as Fetched, JobResult, JobWithMetadata, PgBoss } from "pg-boss"
import { queue } from "../contract/queue.ts"
import { service } from "../contract/service.ts"
import { type Context, writeAudit } from "../data/audit.ts"
import type { Database, Queryable } from "../data/database.ts"
import { newId, uuidPattern } from "../data/id.ts"
import type { Log } from "../data/log.ts"
import { ProblemError, problemDocument } from "../problem.ts"
import type { Written } from "../results/answer-task.ts"
import { prepareRequest } from "../results/optimize.ts"
import { checkRequest } from "../results/request.ts"
import { insertResults } from "../results/results.ts"
import {
  affected,
  asBossDatabase,
  bossSchema,
  createBoss,
  jobLimits,
  queueName,
  queueOptions,
  workOptions,
} from "./boss.ts"
import { type JobData, toJob } from "./job.ts"
import type { Job } from "./schema.ts"

/** One attempt at a job. */
export interface Attempt extends JobData {
  readonly id: string
  /** Aborted when the job is cancelled or another worker has taken it over: what is computed could not be kept. */
  readonly signal: AbortSignal
  readonly timeoutSeconds: number
}

/** Computes the answer of a job; the queue stores it. A ProblemError fails the job for good, see `isPassing`. */
export type Handler = (attempt: Attempt) => Promise<Written>

export interface Queue {
  /**
   * Creates pg-boss's schema and the queue where they are missing. May be called again, at any time and by many
   * processes at once. Throws database-unavailable; call it again then.
   */
  start(): Promise<void>
  /** Checks the body as the optimize route does and queues it. Throws what that route would throw before solving. */
  submit(body: unknown, context: Context): Promise<Job>
  /** Throws not-found, also for a job of somebody else. */
  read(id: string, context: Context): Promise<Job>
  /** Cancels a job that waits or runs; a cancelled one stays so. Throws not-found; conflict when it has ended. */
  cancel(id: string, context: Context): Promise<Job>
  /** Takes jobs, `concurrency` at a time, until `stop`. */
  work(handler: Handler, options: { concurrency: number }): Promise<void>
  /** Jobs that wait, and for how long the oldest could have run. */
  stats(): Promise<{ depth: number; oldestSeconds: number }>
  /** Takes no new job and waits for those that run, as long as a process may drain; the rest are tried again. */
  stop(): Promise<void>
}

/** The queue of optimizations, on the database of the results. Opens nothing yet. */
export function openQueue({ database, log }: { database: Database; log: Log }): Queue {
  let made: Promise<PgBoss> | undefined
  let started: Promise<PgBoss> | undefined

  function start(): Promise<PgBoss> {
    made ??= createBoss(database, log)
    started ??= made.then(open).catch((error: unknown) => {
      started = undefined
      throw error
    })
    return started
  }

  async function find(boss: PgBoss, db: Queryable, id: string, { actor }: Context): Promise<JobWithMetadata<JobData>> {
    const jobs = uuidPattern.test(id) ? await boss.findJobs<JobData>(queueName, { id, db: asBossDatabase(db) }) : []
    const job = jobs.find(({ data }) => data.context.actor === actor)
    if (job === undefined) throw new ProblemError("not-found", `You have no job ${JSON.stringify(id)}.`)
    return job
  }

  return {
    async start() {
      await start()
    },

    async submit(body, context) {
      const request = checkRequest(body)
      if (request.store === false) throw mustStore()
      // What could never be solved is refused now, not found failed later.
      await prepareRequest(database, request)
      const boss = await start()
      const id = newId()
      const data: JobData = { request, context }
      return database.transaction(async (tx) => {
        await boss.send(queueName, data, { id, db: asBossDatabase(tx) })
        await writeAudit(tx, { ...context, action: "job.submitted", subject: id })
        return toJob(await find(boss, tx, id, context))
      })
    },

    async read(id, context) {
      return toJob(await find(await start(), database, id, context))
    },

    async cancel(id, context) {
      const boss = await start()
      return database.transaction(async (tx) => {
        const before = toJob(await find(boss, tx, id, context))
        if (before.status === "cancelled") return before
        const cancelled = await boss.cancel(queueName, id, { db: asBossDatabase(tx) })
        if (affected(cancelled) === 0)
          throw new ProblemError("conflict", `Job ${id} has ended; it cannot be cancelled.`)
        await writeAudit(tx, { ...context, action: "job.cancelled", subject: id })
        return toJob(await find(boss, tx, id, context))
      })
    },

    async work(handler, { concurrency }) {
      const boss = await start()
      await boss.work<JobData, JobResult[], typeof workOptions & { localConcurrency: number }>(
        queueName,
        { ...workOptions, localConcurrency: concurrency },
        async (jobs) => {
          const results: JobResult[] = []
          for (const job of jobs) results.push(await runJob(boss, database, job, handler, log))
          return results
        },
      )
    },

    async stats() {
      if (started === undefined) return { depth: 0, oldestSeconds: 0 }
      await started
      const [row] = await database.query<{ depth: number; oldest: number }>(
        `SELECT count(*)::integer AS depth,
                greatest(0, coalesce(extract(epoch FROM now() - min(start_after)), 0))::float8 AS oldest
         FROM ${bossSchema}.job WHERE name = $1 AND ${queue.waiting}`,
        [queueName],
      )
      return { depth: row?.depth ?? 0, oldestSeconds: row?.oldest ?? 0 }
    },

    async stop() {
      const boss = await made
      await boss?.stop({ graceful: true, timeout: service.drainSeconds * 1000, close: false })
    },
  }
}

async function open(boss: PgBoss): Promise<PgBoss> {
  await boss.start()
  await boss.createQueue(queueName, queueOptions)
  // A queue that a release before created keeps its options until it is told the new ones.
  await boss.updateQueue(queueName, queueOptions)
  return boss
}

/**
 * Runs one attempt. The result and the job's completion commit together, and only if this attempt still holds the job:
 * a job that was cancelled or taken over meanwhile leaves nothing, so no job ever stores two results.
 */
async function runJob(
  boss: PgBoss,
  database: Database,
  job: Fetched<JobData>,
  handler: Handler,
  log: Log,
): Promise<JobResult> {
  const { id, retryCount, data, signal } = job
  const { request, context } = data
  const fields = { event_type: "job", job_id: id, request_id: context.requestId, attempt: retryCount + 1 }
  try {
    const answer = await handler({ id, request, context, signal, timeoutSeconds: jobLimits.deadline })
    const output = { resultId: answer.id }
    const kept = await database.transaction(async (tx) => {
      const completed = await boss.complete(queueName, { id, retryCount }, output, { db: asBossDatabase(tx) })
      if (affected(completed) === 0) return false
      await insertResults(tx, [{ context, request, answer }])
      return true
    })
    log.info(fields, kept ? "Job succeeded" : "Job was cancelled or taken over; its answer is dropped")
    return { id, status: "completed", output }
  } catch (error) {
    if (error instanceof ProblemError && !isPassing(error)) {
      log.info({ ...fields, code: error.code }, "Job failed")
      // "deadletter" is how pg-boss calls failing for good; the queue has no dead letter queue.
      return { id, status: "deadletter", output: { problem: problemDocument(error) } }
    }
    log.warn({ ...fields, err: error }, signal.aborted ? "Job was given up" : "Job will be tried again")
    throw error
  }
}

/** Problems of the moment: the same request may succeed later, so the job is tried again. */
function isPassing({ code }: ProblemError): boolean {
  return code === "database-unavailable" || code === "overloaded"
}

function mustStore(): ProblemError {
  const message = "must not be false for a job: its result is read after it has ended"
  return new ProblemError("invalid-body", `/store ${message}.`, { errors: [{ path: "/store", message }] })
}
