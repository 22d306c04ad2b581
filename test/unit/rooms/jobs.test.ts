import assert from "node:assert/strict"
import { describe, it } from "node:test"
import type { JobWithMetadata } from "pg-boss"
import { type JobData, toJob } from "../../../app/jobs/job.ts"
import { ProblemError, problemDocument } from "../../../app/problem.ts"

const created = new Date("2026-01-01T00:00:00Z")
const started = new Date("2026-01-01T00:00:01Z")
const ended = new Date("2026-01-01T00:00:02Z")

/** The part of pg-boss's row that a view is made of. */
function row(part: Partial<JobWithMetadata<JobData>>): JobWithMetadata<JobData> {
  const base = { id: "id", createdOn: created, startedOn: started, completedOn: null, output: null, retryCount: 0 }
  return { ...base, ...part } as JobWithMetadata<JobData>
}

describe("a job as its owner sees it", () => {
  it("is queued while it waits to be tried again, without the time of its last attempt", () => {
    const job = toJob(row({ state: "retry", output: { value: { message: "job heartbeat timeout" } } }))
    assert.deepEqual(job, {
      id: "id",
      status: "queued",
      createdAt: "2026-01-01T00:00:00.000Z",
      startedAt: null,
      finishedAt: null,
      resultId: null,
      problem: null,
    })
  })

  it("names its result once it succeeded", () => {
    const job = toJob(row({ state: "completed", completedOn: ended, output: { resultId: "r" } }))
    assert.equal(job.status, "succeeded")
    assert.equal(job.resultId, "r")
    assert.equal(job.startedAt, "2026-01-01T00:00:01.000Z")
    assert.equal(job.finishedAt, "2026-01-01T00:00:02.000Z")
  })

  it("shows the problem that ended it, and one of the service's own when its workers were lost", () => {
    const problem = problemDocument(
      new ProblemError("infeasible", "No.", {
        errors: [{ path: "/a", message: "b" }],
        extensions: { conflicts: ["/a"] },
      }),
    )
    assert.deepEqual(problem, {
      type: "/problems/infeasible",
      title: "No allocation meets all constraints",
      status: 422,
      detail: "No.",
      errors: [{ path: "/a", message: "b" }],
      conflicts: ["/a"],
    })
    assert.deepEqual(toJob(row({ state: "failed", output: { problem } })).problem, problem)
    const lost = toJob(row({ state: "failed", retryCount: 5, output: { value: { message: "job heartbeat timeout" } } }))
    assert.equal(lost.problem?.type, "/problems/internal")
    assert.equal(lost.problem?.detail, "The job was given up after 6 attempts that did not come to an end.")
  })
})
