import Type, { type Static } from "typebox"
import { AdstockSchema, longestMemory } from "../../optimizer/adstock-schema.ts"
import { CurveSchema, largest } from "../../optimizer/schema.ts"
import { Model, NewModel } from "../schema.ts"
import { fitTypes } from "./families.ts"

const strict = { additionalProperties: false } as const

/** Rows of a history: few enough that every type is fitted within a request. */
export const historyLimits = { least: 3, most: 2_000 } as const

/** The share of cases in which an interval holds the true value, if the model and its error are right. */
export const confidence = 0.95

const Amount = (description: string) => Type.Number({ minimum: 0, maximum: largest, description })

const FitTypeSchema = Type.Enum([...fitTypes])

const FittedAdstock = Type.Object(
  {
    type: Type.Literal("geometric"),
    retention: Type.Literal("fit"),
    periods: Type.Optional(Type.Integer({ minimum: 2, maximum: longestMemory })),
  },
  { ...strict, description: "The retention is found from the history; the weights are normalized." },
)

export const FitRequest = Type.Object(
  {
    history: Type.Array(
      Type.Object({ spend: Amount("Spend of the period."), response: Amount("Response in the period.") }, strict),
      {
        minItems: historyLimits.least,
        maxItems: historyLimits.most,
        description: "One row a period, oldest first, of one channel; nothing is carried over from before the first.",
      },
    ),
    types: Type.Optional(
      Type.Array(FitTypeSchema, {
        minItems: 1,
        maxItems: fitTypes.length,
        uniqueItems: true,
        description: "Types of curve to fit, of which the one with the least AICc is answered; all if left out.",
      }),
    ),
    concave: Type.Optional(
      Type.Boolean({ description: "Keeps to diminishing returns: no S-shape. false if left out." }),
    ),
    baseline: Type.Optional(
      Type.Boolean({ description: "Fits a response that is there at no spend, beside the curve. false if left out." }),
    ),
    adstock: Type.Optional(
      Type.Union([...AdstockSchema.anyOf, FittedAdstock], { description: "What the curve's exposure keeps of spend." }),
    ),
    name: Type.Optional(NewModel.properties.name),
    unit: NewModel.properties.unit,
    description: NewModel.properties.description,
  },
  { ...strict, description: "With a name the fitted curve is stored as the next version of that model." },
)
export type FitRequest = Static<typeof FitRequest>

/** What is fitted, without what is stored of it. */
export type FitTask = Omit<FitRequest, "name" | "unit" | "description">

const Nullable = (description: string) => Type.Union([Type.Number(), Type.Null()], { description })

export const FitParameter = Type.Object({
  name: Type.String({ description: "A member of the curve, baseline, or retention." }),
  value: Type.Number(),
  interval: Type.Union([Type.Object({ low: Type.Number(), high: Type.Number() }), Type.Null()], {
    description:
      `${confidence * 100} % interval from the curvature at the minimum (Wald, with Student's t; of positive parameters ` +
      "on their logs); null where the data give none.",
  }),
  atBound: Type.Union([Type.Literal("min"), Type.Literal("max"), Type.Null()], {
    description: "Which end of its range the search ran into.",
  }),
})
export type FitParameter = Static<typeof FitParameter>

/** Why a curve may not be what the history says. */
export const fitWarnings = {
  "few-rows": "fewer than three rows for each parameter",
  "few-levels": "no more different spends than parameters",
  "no-response": "more spend did not come with more response",
  straight: "a straight line fits as well as the curve",
  unsaturated: "the largest spend earns less than half of what the curve can give",
  singular: "two or more parameters do the same to the response",
  wide: "a parameter is known to a factor of ten at best",
  "at-bound": "a parameter ran into the end of its range",
  weak: "less than half of the variance is explained",
  serial: "residuals follow each other, so the intervals are too narrow",
} as const
export type FitWarningCode = keyof typeof fitWarnings

export const Fit = Type.Object({
  curve: CurveSchema,
  parameters: Type.Array(FitParameter),
  quality: Type.Object({
    rows: Type.Integer(),
    degreesOfFreedom: Type.Integer({ description: "Rows less parameters." }),
    rSquared: Nullable("1 − Σ residual² / Σ (response − mean)²; null where every response is the same."),
    residualError: Type.Number({ description: "√(Σ residual² / degreesOfFreedom), in the unit of the response." }),
    condition: Nullable("Condition number of the scaled Jacobian: above 30 parameters are hard to tell apart."),
  }),
  candidates: Type.Array(
    Type.Object({
      type: FitTypeSchema,
      aicc: Nullable("Akaike's criterion for small samples: less is better; null with too few rows for it."),
      rSquared: Nullable("As above."),
    }),
    { description: "The types that were fitted, best first." },
  ),
  rows: Type.Array(
    Type.Object({
      spend: Type.Number(),
      response: Type.Number(),
      fitted: Type.Number(),
      residual: Type.Number({ description: "response − fitted." }),
    }),
  ),
  warnings: Type.Array(
    Type.Object({
      code: Type.Enum(Object.keys(fitWarnings) as FitWarningCode[]),
      message: Type.String(),
    }),
  ),
})
export type Fit = Static<typeof Fit>

export const FitAnswer = Type.Object({
  ...Fit.properties,
  model: Type.Union([Model, Type.Null()], { description: "The version that was stored; null without a name." }),
})
export type FitAnswer = Static<typeof FitAnswer>
