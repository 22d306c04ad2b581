import Type, { type Static } from "typebox"
import { mostSpends } from "../optimizer/periods/problem.ts"
import { Amount, Bound, ChannelName, HeldBy, requestLimits } from "./bound-schema.ts"

const strict = { additionalProperties: false } as const

const Period = Type.Integer({ minimum: 1, maximum: mostSpends, description: "The first is 1." })

const ChannelPeriods = Type.Object(
  {
    min: Type.Optional({
      ...Bound,
      description: "Over the horizon: money, or a share of today's spend in all periods.",
    }),
    max: Type.Optional({ ...Bound, description: "The same." }),
    byPeriod: Type.Optional(
      Type.Array(Type.Object({ period: Period, min: Type.Optional(Bound), max: Type.Optional(Bound) }, strict), {
        maxItems: mostSpends,
        description: "In place of the channel's min or max of every period.",
      }),
    ),
  },
  strict,
)

/**
 * An optimization over several periods. With it `budget` is today's spend a period, and bounds of
 * `constraints.channels` hold in every period; `constraints.total`, groups and linear constraints are over the horizon,
 * and shares in groups are of today's spend in all periods.
 */
export const PeriodsRequest = Type.Object(
  {
    count: Type.Integer({
      minimum: 1,
      maximum: mostSpends,
      description: `How many. Channels times periods are ${mostSpends} at most.`,
    }),
    seasonality: Type.Optional(
      Type.Array(Type.Number({ minimum: 0, maximum: 1e6 }), {
        minItems: 1,
        maxItems: mostSpends,
        description: "What multiplies the response of each period, one number a period. 1 if left out.",
      }),
    ),
    past: Type.Optional(
      Type.Record(ChannelName, Type.Array(Amount, { maxItems: mostSpends }), {
        maxProperties: requestLimits.channels,
        ...strict,
        description:
          "Spends of the periods before the first, oldest first; before these nothing was spent. A channel that is left " +
          "out has always spent what it does today.",
      }),
    ),
    afterHorizon: Type.Optional(
      Type.Enum(["ignored", "counted"], {
        description:
          "counted: the response to what still works after the last period, with nothing spent any more and a season of 1, " +
          "is part of the response; every adstock must have periods. ignored, which is meant if left out: it is not, so " +
          "spends of the last periods are worth less.",
      }),
    ),
    totals: Type.Optional(
      Type.Array(Type.Object({ period: Period, amount: Amount, spend: Type.Enum(["exactly", "at-most"]) }, strict), {
        maxItems: mostSpends,
        description: "What may be spent in single periods, each named once.",
      }),
    ),
    channels: Type.Optional(
      Type.Record(ChannelName, ChannelPeriods, {
        maxProperties: requestLimits.channels,
        ...strict,
        description: "Bounds over the horizon and in single periods.",
      }),
    ),
  },
  {
    ...strict,
    description:
      "Several periods with carry-over. budget is then today's spend a period, bounds of constraints.channels hold in " +
      "every period, and the total, groups and linear constraints are over all of them. For the goals response, profit and marginal-roi.",
  },
)
export type PeriodsRequest = Static<typeof PeriodsRequest>

const Earned = { spend: Type.Number(), response: Type.Number() }

/** Of the answer to such a request, whose other numbers are sums over the horizon. */
export const PeriodsAnswer = Type.Object(
  {
    afterHorizon: Type.Object({
      counted: Type.Boolean({ description: "Whether these are part of the totals." }),
      today: Type.Number({
        description: "Response after the horizon to today's spend held in all periods; 0 if not counted.",
      }),
      optimal: Type.Number({ description: "The same to the optimal spends." }),
    }),
    totals: Type.Array(
      Type.Object({
        period: Type.Integer(),
        today: Type.Object(Earned, { description: "Today's spend held constant." }),
        optimal: Type.Object(Earned),
      }),
    ),
    channels: Type.Array(
      Type.Object({
        channel: Type.String(),
        periods: Type.Array(
          Type.Object({
            period: Type.Integer(),
            spend: Type.Number(),
            exposure: Type.Number({
              description:
                "What works of this and earlier spends, as the spend that would have to be held to come to it.",
            }),
            response: Type.Number(),
            marginalRoi: Type.Union([Type.Number(), Type.Null()], {
              description:
                "ROI of one more unit of spend in this period, in all periods in which it works; null where infinite.",
            }),
            bound: HeldBy,
            shadowPrice: Type.Number({ description: "What one unit of relaxing that bound in this period adds." }),
          }),
        ),
      }),
    ),
  },
  { description: "Period by period; there if the request has periods. Everything else is the sum over the horizon." },
)
export type PeriodsAnswer = Static<typeof PeriodsAnswer>
