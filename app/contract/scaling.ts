import Type, { type Static } from "typebox"
import type { WorkloadName } from "./roles.ts"

/**
 * What the role `scaler` is told, as JSON in the variable SCALING: of each workload whose count it sets, where the count
 * stands and by which bounds and rates it moves. Infra writes it from the stack's spec, so that every cloud follows
 * the same figures; a workload that its cloud scales by itself is not in it.
 */

const Percent = (maximum: number, description: string) => Type.Number({ exclusiveMinimum: 0, maximum, description })
const Count = (description: string) => Type.Integer({ minimum: 0, maximum: 1000, description })
const strict = { additionalProperties: false } as const

const StepSchema = Type.Object(
  {
    percentPerMinute: Percent(1000, "By how much of itself the count moves in a minute at most."),
    afterSeconds: Type.Integer({ minimum: 0, maximum: 3600, description: "How long the signal must have held." }),
  },
  strict,
)

export const WorkloadScalingSchema = Type.Object(
  {
    resource: Type.String({
      minLength: 1,
      description: "The full id of the worker pool (Google Cloud) or container group set (Azure) whose count is set.",
    }),
    min: Count("The count never falls below."),
    max: Count("The count never rises above."),
    signals: Type.Object(
      {
        cpuPercent: Type.Optional(Percent(100, "Of what its processes are promised, on average.")),
        memoryPercent: Type.Optional(Percent(100, "Of what its processes are promised, on average.")),
        requestsPerSecond: Type.Optional(Percent(1e6, "Requests a second that one replica should carry.")),
        queuedJobs: Type.Optional(Percent(1e6, "Waiting jobs that one replica should carry.")),
      },
      strict,
    ),
    up: StepSchema,
    down: StepSchema,
    requestsFrom: Type.Optional(
      Type.String({ minLength: 1, description: "The full id of the gateway whose requests are counted, on Azure." }),
    ),
  },
  { ...strict, description: "How one workload is scaled" },
)

export const ScalingSchema = Type.Partial(
  Type.Object({ api: WorkloadScalingSchema, worker: WorkloadScalingSchema } satisfies Record<
    WorkloadName,
    typeof WorkloadScalingSchema
  >),
  strict,
)

export type WorkloadScaling = Static<typeof WorkloadScalingSchema>
export type Scaling = Static<typeof ScalingSchema>
