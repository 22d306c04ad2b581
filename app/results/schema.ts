import Type, { type Static } from "typebox"
import { service } from "../contract/service.ts"
import { ModelReference } from "../models/schema.ts"
import { methods, reasons } from "../optimizer/problem.ts"
import { CurveSchema, largest, smallest } from "../optimizer/schema.ts"
import { Amount, Bound, ChannelName, ConstraintName, HeldBy, requestLimits } from "./bound-schema.ts"
import { PeriodsAnswer, PeriodsRequest } from "./periods-schema.ts"

export { Bound, requestLimits } from "./bound-schema.ts"

const strict = { additionalProperties: false } as const

const ChannelBounds = Type.Object(
  {
    min: Type.Optional(Bound),
    max: Type.Optional(Bound),
    minIfUsed: Type.Optional({
      ...Bound,
      description: "The least spend if the channel is used at all: it gets nothing, or at least this.",
    }),
    pinned: Type.Optional(Type.Boolean({ description: "Keeps today's spend; then no other bound." })),
  },
  strict,
)

const Group = Type.Object(
  {
    name: ConstraintName,
    channels: Type.Array(ChannelName, { minItems: 1, maxItems: requestLimits.channels }),
    min: Type.Optional(Bound),
    max: Type.Optional(Bound),
  },
  { ...strict, description: "Bounds on the sum of some channels; shares are of their spend today." },
)

const Signed = Type.Number({ minimum: -largest, maximum: largest })

const Linear = Type.Object(
  {
    name: ConstraintName,
    coefficients: Type.Record(ChannelName, Signed, {
      minProperties: 1,
      maxProperties: requestLimits.channels,
      ...strict,
    }),
    min: Type.Optional(Signed),
    max: Type.Optional(Signed),
  },
  { ...strict, description: "min ≤ Σ coefficient · spend ≤ max." },
)

export const Constraints = Type.Object(
  {
    total: Type.Optional(Amount),
    spend: Type.Optional(
      Type.Union([Type.Literal("exactly"), Type.Literal("at-most")], {
        description: "Whether the total must be spent. For the goal response it must unless this says at-most.",
      }),
    ),
    channels: Type.Optional(
      Type.Record(ChannelName, ChannelBounds, { maxProperties: requestLimits.channels, ...strict }),
    ),
    groups: Type.Optional(Type.Array(Group, { maxItems: requestLimits.groups })),
    linear: Type.Optional(Type.Array(Linear, { maxItems: requestLimits.linear })),
  },
  strict,
)

const Value = Type.Number({ minimum: smallest, maximum: largest, description: "What one response is worth, in money." })
const Target = Type.Number({ minimum: smallest, maximum: largest, description: "Response, or its value, per money." })

export const Objective = Type.Union(
  [
    Type.Object(
      { goal: Type.Literal("response") },
      { ...strict, description: "Most response; what is meant if none is." },
    ),
    Type.Object(
      { goal: Type.Literal("profit"), valuePerResponse: Value },
      { ...strict, description: "Most value of the response less spend." },
    ),
    Type.Object(
      { goal: Type.Literal("least-spend"), response: Type.Number({ minimum: 0, maximum: largest }) },
      { ...strict, description: "Least spend whose response is at least this." },
    ),
    Type.Object(
      { goal: Type.Literal("roi"), target: Target, valuePerResponse: Type.Optional(Value) },
      { ...strict, description: "Most response whose ROI is at least the target." },
    ),
    Type.Object(
      { goal: Type.Literal("marginal-roi"), target: Target, valuePerResponse: Type.Optional(Value) },
      { ...strict, description: "Spend on each channel until its marginal ROI falls to the target." },
    ),
  ],
  { description: "What is sought: over the horizon, if there are periods." },
)

export const OptimizeRequest = Type.Object(
  {
    budget: Type.Record(ChannelName, Amount, {
      minProperties: 1,
      maxProperties: requestLimits.channels,
      ...strict,
      description: "Today's spend by channel.",
    }),
    constraints: Type.Optional(Constraints),
    objective: Type.Optional(Objective),
    models: Type.Optional(
      Type.Record(ChannelName, ModelReference, {
        maxProperties: requestLimits.channels,
        ...strict,
        description: "The model of a channel that is not called as its model is.",
      }),
    ),
    curves: Type.Optional(
      Type.Record(ChannelName, CurveSchema, {
        maxProperties: requestLimits.channels,
        ...strict,
        description: "A curve for a channel, in place of a stored model.",
      }),
    ),
    method: Type.Optional(
      Type.Enum(["auto", ...methods], {
        description:
          "kkt, lp: concave curves, without and with further constraints. bnb, mip: curves of any shape and minimum " +
          "buys, without and with further constraints. auto, which is meant if none is, takes the first that applies.",
      }),
    ),
    periods: Type.Optional(PeriodsRequest),
    timeLimit: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: service.requestTimeoutSeconds,
        description:
          "Seconds that the search may take, from when it begins; the service's own limit if none is given. Then the " +
          "best that was found is the answer, with its gap and stopped: deadline. It changes no answer that is found " +
          "before. Where nothing was found by then, the answer is time-limit-reached.",
      }),
    ),
    store: Type.Optional(Type.Boolean({ description: "false: the answer is not kept, and cannot be read again." })),
  },
  strict,
)
export type OptimizeRequest = Static<typeof OptimizeRequest>

const Nullable = (description: string) => Type.Union([Type.Number(), Type.Null()], { description })

const Sum = Type.Object({
  spend: Type.Number(),
  response: Type.Number(),
  roi: Nullable("Response per money, times valuePerResponse where the objective gives one; null at no spend."),
})

const Side = Type.Union([Type.Literal("min"), Type.Literal("max"), Type.Null()])

/**
 * ROI is response / spend, and marginal ROI the response of one more unit of spend; both are multiplied by the
 * objective's valuePerResponse where it gives one. A shadow price is what one unit of relaxing a binding bound adds to
 * what is maximized (for least-spend: to the spend, so it is not positive), 0 where nothing binds. A number that is
 * not finite, such as the marginal ROI of a power curve at no spend, is null.
 */
export const Answer = Type.Object({
  id: Type.String({ format: "uuid" }),
  createdAt: Type.String({ format: "date-time" }),
  stored: Type.Boolean({ description: "Whether the answer can be read again by its id." }),
  status: Type.Enum(["optimal", "feasible"], {
    description:
      "optimal: the gap is closed. feasible: every constraint is met, but something may be better by the gap.",
  }),
  stopped: Type.Optional(
    Type.Enum([...reasons], {
      description:
        "Why the gap is not closed, wherever status is feasible. deadline: timeLimit or the service's own ended the " +
        "search, and the next answer may differ. limit: its own limit of steps did. precision: the numbers of this " +
        "problem lie so far apart that no smaller gap can be had; spends, bounds and curves in units in which none " +
        "is a billion times another allow one.",
    }),
  ),
  goal: Type.String(),
  method: Type.Enum([...methods]),
  gap: Type.Number({ description: "Certified relative distance to the optimum, at most." }),
  timeMs: Type.Number({ description: "Time of the solution, or of finding it in the cache." }),
  cached: Type.Boolean({
    description: "Whether the solution was found in the cache. Those of kkt are not kept: it is faster than the cache.",
  }),
  allocation: Type.Record(Type.String(), Type.Number(), { description: "Spend by channel." }),
  totals: Type.Object({
    today: Sum,
    optimal: Sum,
    lift: Type.Object({
      response: Type.Number({ description: "Optimal response less today's." }),
      relative: Nullable("The same as a share of today's response; null where that is 0."),
    }),
  }),
  budget: Type.Object({
    total: Nullable("What may be spent; null when the request sets no total."),
    shadowPrice: Nullable("What one more unit of the total adds to what is maximized."),
  }),
  channels: Type.Array(
    Type.Object({
      channel: Type.String(),
      model: Type.String({ description: 'The model, "tv@1", or "inline".' }),
      example: Type.Optional(Type.Literal(true)),
      today: Type.Object({ spend: Type.Number(), response: Type.Number() }),
      spend: Type.Number(),
      response: Type.Number(),
      roi: Nullable("As in totals."),
      marginalRoi: Nullable("ROI of one more unit of spend; null where it is infinite."),
      bound: HeldBy,
      shadowPrice: Nullable("What one unit of relaxing the bound adds."),
    }),
  ),
  constraints: Type.Array(
    Type.Object({ name: Type.String(), value: Type.Number(), bound: Side, shadowPrice: Nullable("As above.") }),
  ),
  periods: Type.Optional(PeriodsAnswer),
  warnings: Type.Array(Type.String()),
})
export type Answer = Static<typeof Answer>

/** A stored answer together with the request that it answers. */
export const StoredResult = Type.Object({ ...Answer.properties, request: OptimizeRequest })
export type StoredResult = Static<typeof StoredResult>

export const ResultSummary = Type.Object({
  id: Type.String({ format: "uuid" }),
  createdAt: Type.String({ format: "date-time" }),
  goal: Type.String(),
  method: Answer.properties.method,
  channels: Type.Integer({ description: "How many channels the request has." }),
  totals: Answer.properties.totals,
})
export type ResultSummary = Static<typeof ResultSummary>

export const ResultPage = Type.Object({
  items: Type.Array(ResultSummary, { description: "Newest first." }),
  next: Type.Union([Type.String(), Type.Null()], { description: "Cursor of the next page; null after the last." }),
})
export type ResultPage = Static<typeof ResultPage>
