import Type, { type Static } from "typebox"
import { Answer, Bound, Constraints, OptimizeRequest } from "./schema.ts"

const strict = { additionalProperties: false } as const

/** Totals of one request, and channels (times periods) times totals: what is computed and answered stays within seconds and megabytes. */
export const scenarioLimits = { totals: 200, allocations: 50_000 } as const

const Totals = Type.Union(
  [
    Type.Array(Bound, { minItems: 1, maxItems: scenarioLimits.totals, description: "Any totals, in any order." }),
    Type.Object(
      {
        from: Bound,
        to: Bound,
        steps: Type.Integer({
          minimum: 2,
          maximum: scenarioLimits.totals,
          description: "How many, both ends among them.",
        }),
      },
      { ...strict, description: "Totals that are equally far apart." },
    ),
  ],
  {
    description:
      "What may be spent in each scenario: money, or a share of today's spend; over the horizon if there are periods.",
  },
)

const { total: _total, ...otherConstraints } = Constraints.properties
const { store: _store, constraints: _constraints, timeLimit, ...sameAsOptimize } = OptimizeRequest.properties

/** An optimization at several totals, which are given here and nowhere else. */
export const ScenarioRequest = Type.Object(
  {
    ...sameAsOptimize,
    constraints: Type.Optional(Type.Object(otherConstraints, strict)),
    totals: Totals,
    timeLimit: Type.Optional({
      ...timeLimit,
      description:
        "Seconds that the searches may take together; each gets its share of what the ones before have left. As in an " +
        "optimization otherwise.",
    }),
  },
  strict,
)
export type ScenarioRequest = Static<typeof ScenarioRequest>

const Nullable = (description: string) => Type.Union([Type.Number(), Type.Null()], { description })

const Solved = Type.Object({
  total: Type.Number(),
  status: Answer.properties.status,
  stopped: Answer.properties.stopped,
  method: Answer.properties.method,
  gap: Answer.properties.gap,
  allocation: Answer.properties.allocation,
  periods: Type.Optional(
    Type.Record(Type.String(), Type.Array(Type.Number()), {
      description: "Spends by channel, period by period; there if the request has periods.",
    }),
  ),
  spend: Type.Number({ description: "Less than the total where it need not all be spent." }),
  response: Type.Number(),
  roi: Nullable("Response per money, times valuePerResponse where the objective gives one; null at no spend."),
  profit: Nullable("valuePerResponse · response − spend; null where the objective gives no value."),
  shadowPrice: Nullable("What one more unit of the total adds to what is maximized."),
  marginalRoi: Nullable(
    "ROI of one more unit of the total; null where it is infinite, and for the goals least-spend and roi.",
  ),
})

const Unmet = Type.Object({
  total: Type.Number(),
  status: Type.Literal("infeasible"),
  detail: Type.String(),
  conflicts: Type.Array(Type.String(), { description: "JSON pointers into the request." }),
})

export const ScenarioPoint = Type.Union([Solved, Unmet])
export type ScenarioPoint = Static<typeof ScenarioPoint>

export const ScenarioAnswer = Type.Object({
  goal: Type.String(),
  points: Type.Array(ScenarioPoint, { description: "By rising total, each once." }),
  today: Answer.properties.totals.properties.today,
  channels: Type.Array(Type.Object({ channel: Type.String(), model: Type.String() })),
  timeMs: Type.Number({ description: "Time of all solutions together." }),
  warnings: Answer.properties.warnings,
})
export type ScenarioAnswer = Static<typeof ScenarioAnswer>
