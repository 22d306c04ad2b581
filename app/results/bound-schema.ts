import Type, { type Static } from "typebox"
import { largest } from "../optimizer/schema.ts"

const strict = { additionalProperties: false } as const

/** The most channels, groups and further constraints that one request may have. */
export const requestLimits = { channels: 1_000, groups: 500, linear: 500 } as const

/** No control characters and no half of a surrogate pair, which Postgres cannot hold in JSON. */
const printable = "[^\\p{Cc}\\p{Cs}]{1,100}"

export const Amount = Type.Number({ minimum: 0, maximum: largest, description: "Money in the period of the curves." })

export const ChannelName = Type.String({ pattern: `^${printable}$`, description: "1 to 100 characters." })
export const ConstraintName = Type.String({
  pattern: `^${printable}$`,
  description: "1 to 100 characters; each used once.",
})

export const Bound = Type.Union(
  [
    Amount,
    Type.Object(
      { share: Type.Number({ minimum: 0, maximum: 1e6, description: "1 is as much as today, 1.2 a fifth more." }) },
      strict,
    ),
  ],
  { description: "Money, or a share of today's spend." },
)
export type Bound = Static<typeof Bound>

/** Which bound a spend is held by; null where by none. */
export const HeldBy = Type.Union([
  Type.Literal("min"),
  Type.Literal("max"),
  Type.Literal("minIfUsed"),
  Type.Literal("pinned"),
  Type.Null(),
])
