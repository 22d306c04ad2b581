import type { JobWithMetadata } from "pg-boss"
import type { Context } from "../data/audit.ts"
import { ProblemError, problemDocument } from "../problem.ts"
import type { OptimizeRequest } from "../results/schema.ts"
import type { Job, JobStatus } from "./schema.ts"

/** What a job carries: the checked request, and who asked for it. */
export interface JobData {
  readonly request: OptimizeRequest
  readonly context: Context
}

/** What a job leaves: the id of its result, or why there is none. pg-boss writes its own when a worker is lost. */
interface JobOutput {
  readonly resultId?: string
  readonly problem?: Job["problem"]
}

/** pg-boss's states (https://pgboss.io) in the words of the API. */
const statuses: Readonly<Record<JobWithMetadata["state"], JobStatus>> = {
  created: "queued",
  retry: "queued",
  active: "running",
  completed: "succeeded",
  failed: "failed",
  cancelled: "cancelled",
}

/** A job as its owner sees it. */
export function toJob(row: JobWithMetadata<JobData>): Job {
  const status = statuses[row.state]
  const output: JobOutput = row.output ?? {}
  return {
    id: row.id,
    status,
    createdAt: row.createdOn.toISOString(),
    // A job that waits to be tried again keeps the time of its last attempt, which is not a time at which it runs.
    startedAt: status === "queued" ? null : moment(row.startedOn),
    finishedAt: moment(row.completedOn),
    resultId: status === "succeeded" ? (output.resultId ?? null) : null,
    problem: status === "failed" ? (output.problem ?? gaveUp(row.retryCount + 1)) : null,
  }
}

function moment(date: Date | null): string | null {
  return date?.toISOString() ?? null
}

function gaveUp(attempts: number): Job["problem"] {
  return problemDocument(
    new ProblemError("internal", `The job was given up after ${attempts} attempts that did not come to an end.`),
  )
}
