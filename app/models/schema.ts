import Type, { type Static } from "typebox"
import { CurveSchema } from "../optimizer/schema.ts"
import { PeerCurve } from "./peer-schema.ts"

/** A model's name: what a channel is called when it has no other model named. */
export const modelNamePattern = "[a-z0-9][a-z0-9_.-]{0,62}"
const versionPattern = "[1-9][0-9]{0,8}"

/** Text that Postgres can hold: no NUL, no half of a surrogate pair. */
const storable = "^[^\\u0000\\p{Cs}]*$"

export const ModelName = Type.String({
  pattern: `^${modelNamePattern}$`,
  description: "Lower-case letters, digits, dot, hyphen and underscore; at most 63, beginning with a letter or digit.",
})

export const ModelVersion = Type.Integer({
  minimum: 1,
  maximum: 999_999_999,
  description: "1 for a name's first model, then 2, 3 …; never used twice.",
})

export const ModelReference = Type.String({
  pattern: `^${modelNamePattern}(@${versionPattern})?$`,
  description: 'A model by name, "tv" for its latest version, or by name and version, "tv@3".',
})

const Unit = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: storable,
  description: 'What a response counts, and over which time, such as "conversions per month".',
})

const Description = Type.String({ maxLength: 2_000, pattern: storable, description: "Where the curve comes from." })

export const Model = Type.Object({
  name: ModelName,
  version: ModelVersion,
  curve: CurveSchema,
  unit: Unit,
  description: Description,
  example: Type.Boolean({ description: "True for the models that a fresh database is given: not fitted to any data." }),
  createdAt: Type.String({ format: "date-time" }),
  createdBy: Type.String(),
})
export type Model = Static<typeof Model>

/** A new version of a name, the first or the next. */
export const NewModel = Type.Object(
  {
    name: ModelName,
    curve: CurveSchema,
    unit: Type.Optional(Unit),
    description: Type.Optional(Description),
  },
  { additionalProperties: false },
)
export type NewModel = Static<typeof NewModel>

/** What a client sends to make one: a curve, or the parameters of a fit made elsewhere. */
export const ModelRequest = Type.Object(
  {
    ...NewModel.properties,
    curve: Type.Optional(CurveSchema),
    from: Type.Optional(PeerCurve),
  },
  { additionalProperties: false, description: "Either curve or from." },
)
export type ModelRequest = Static<typeof ModelRequest>

export const ModelPage = Type.Object({
  items: Type.Array(Model, { description: "The latest version of each name, by name." }),
  next: Type.Union([Type.String(), Type.Null()], { description: "Cursor of the next page; null after the last." }),
})
export type ModelPage = Static<typeof ModelPage>

const Spend = Type.Number({ minimum: 0, maximum: 1e15, description: "Spend, in the unit of the curve." })

export const PredictRequest = Type.Object(
  { spends: Type.Array(Spend, { minItems: 1, maxItems: 1_000 }) },
  { additionalProperties: false },
)
export type PredictRequest = Static<typeof PredictRequest>

/** Which part of a curve is drawn: `points` spends from `from` to `to`, evenly spaced, both ends among them. */
export const CurveQuery = Type.Object(
  {
    from: Type.Optional(Spend),
    to: Spend,
    points: Type.Optional(Type.Integer({ minimum: 2, maximum: 1_000, description: "50 when nothing is said." })),
  },
  { additionalProperties: false },
)
export type CurveQuery = Static<typeof CurveQuery>

export const Prediction = Type.Object({
  model: ModelReference,
  unit: Unit,
  points: Type.Array(
    Type.Object({
      spend: Spend,
      response: Type.Number({ description: "Response at this spend, in the model's unit." }),
      marginal: Type.Union([Type.Number(), Type.Null()], {
        description:
          "Response of one more unit of spend; null where it is infinite, as at zero spend of a power curve.",
      }),
    }),
  ),
})
export type Prediction = Static<typeof Prediction>

/** "tv@3" as its parts; without a version the latest is meant. */
export function parseReference(reference: string): { name: string; version: number | undefined } {
  const [name = "", version] = reference.split("@")
  return { name, version: version === undefined ? undefined : Number(version) }
}

export function referenceOf({ name, version }: Pick<Model, "name" | "version">): string {
  return `${name}@${version}`
}
