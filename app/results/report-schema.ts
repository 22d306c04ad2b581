import Type, { type Static } from "typebox"
import { Answer } from "./schema.ts"

const Nullable = (description: string) => Type.Union([Type.Number(), Type.Null()], { description })
const { channels, constraints, totals, budget, warnings } = Answer.properties
const channel = channels.items.properties

/** The most points of a curve that a report draws. */
export const pointLimit = { default: 40, most: 200 } as const

const Change = Type.Object({
  today: Type.Number(),
  optimal: Type.Number(),
  change: Type.Number({ description: "optimal − today." }),
  relative: Nullable("The change as a share of today's; null where that is 0."),
})
const Both = (description: string) => Type.Object({ today: Nullable(description), optimal: Nullable(description) })
const Point = Type.Object({ spend: Type.Number(), response: Type.Number() })

const ReportPeriod = Type.Object({
  period: Type.Integer({ description: "The first is 1." }),
  spend: Change,
  response: Change,
  exposure: Type.Object(
    { today: Type.Number(), optimal: Type.Number() },
    { description: "What works of this and earlier spends, as the spend that would have to be held to come to it." },
  ),
  marginalRoi: Both("ROI of one more unit of spend in this period, in all periods in which it works."),
})

export const ReportChannel = Type.Object({
  channel: channel.channel,
  model: channel.model,
  unit: Type.Union([Type.String(), Type.Null()], { description: "What a response counts; null for inline curves." }),
  spend: Change,
  share: Both("Of the whole spend; null where nothing is spent."),
  response: Change,
  roi: Both("Response per money, times valuePerResponse where the objective gives one; null at no spend."),
  marginalRoi: Both(
    "ROI of one more unit of spend; null where it is infinite. Of several periods, the mean over them.",
  ),
  bound: channel.bound,
  shadowPrice: channel.shadowPrice,
  sentence: Type.String({ description: "What changes and why." }),
  curve: Type.Object(
    {
      points: Type.Array(Point, {
        description: "Evenly spaced from no spend to half as much again as the larger marker.",
      }),
      today: Point,
      optimal: Point,
    },
    {
      description:
        "Of several periods: of a spend held in each, and the markers are means a period, with seasons and carry-over.",
    },
  ),
  periods: Type.Optional(
    Type.Array(ReportPeriod, {
      description: "Period by period, where the result is of several; today's is held in all.",
    }),
  ),
})
export type ReportPeriod = Static<typeof ReportPeriod>
export type ReportChannel = Static<typeof ReportChannel>

export const Report = Type.Object({
  id: Answer.properties.id,
  createdAt: Answer.properties.createdAt,
  goal: Answer.properties.goal,
  summary: Type.Array(Type.String(), { description: "The whole in plain sentences." }),
  totals,
  budget,
  channels: Type.Array(ReportChannel, { description: "In the request's order." }),
  constraints: Type.Array(
    Type.Object({
      ...constraints.items.properties,
      sentence: Type.String({ description: "Whether it binds, and its price." }),
    }),
  ),
  warnings,
})
export type Report = Static<typeof Report>
