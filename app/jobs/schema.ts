import Type, { type Static } from "typebox"

export const JobStatus = Type.Union([
  Type.Literal("queued"),
  Type.Literal("running"),
  Type.Literal("succeeded"),
  Type.Literal("failed"),
  Type.Literal("cancelled"),
])
export type JobStatus = Static<typeof JobStatus>

const Moment = Type.Union([Type.String({ format: "date-time" }), Type.Null()])

export const Job = Type.Object({
  id: Type.String({ format: "uuid" }),
  status: JobStatus,
  createdAt: Type.String({ format: "date-time" }),
  startedAt: Moment,
  finishedAt: Moment,
  resultId: Type.Union([Type.String({ format: "uuid" }), Type.Null()], { description: "The result, once succeeded." }),
  problem: Type.Union(
    [
      Type.Object(
        { type: Type.String(), title: Type.String(), status: Type.Integer(), detail: Type.String() },
        { additionalProperties: true },
      ),
      Type.Null(),
    ],
    { description: "Why the job failed: the problem document that the same request would have been answered with." },
  ),
})
export type Job = Static<typeof Job>
