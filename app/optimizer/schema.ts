import Type, { type Static } from "typebox"

/**
 * Response curves: how much response (sales, leads …) a channel's spend earns in a period. Spend is in money, response
 * in whatever the model was fitted to. Every curve is 0 at no spend and never falls. All numbers stay within
 * `largest` and `smallest`, so that no product of two of them leaves the range of a double.
 */

export const largest = 1e15
export const smallest = 1e-15

const positive = (description: string) => Type.Number({ minimum: smallest, maximum: largest, description })
const nonNegative = (description: string) => Type.Number({ minimum: 0, maximum: largest, description })
const strict = { additionalProperties: false } as const

/** Concave for `slope` up to 1, else S-shaped. Meridian `adstock_hill.py`; Robyn `transformation.R` (alpha, gamma). */
export const HillSchema = Type.Object(
  {
    type: Type.Literal("hill"),
    scale: nonNegative("Response that endless spend approaches."),
    halfSaturation: positive("Spend that earns half of scale."),
    slope: Type.Number({ minimum: 0.01, maximum: 20, description: "Exponent; above 1 the curve is S-shaped." }),
  },
  { ...strict, description: "response = scale · spend^slope / (spend^slope + halfSaturation^slope)" },
)

/** PyMC-Marketing `saturation.py`, LogisticSaturation (beta, lam). The same as scale · tanh(rate · spend / 2). */
export const LogisticSchema = Type.Object(
  {
    type: Type.Literal("logistic"),
    scale: nonNegative("Response that endless spend approaches."),
    rate: positive("Saturation per unit of spend."),
  },
  { ...strict, description: "response = scale · (1 − e^(−rate · spend)) / (1 + e^(−rate · spend))" },
)

/** PyMC-Marketing `saturation.py`, TanhSaturation (b, c). */
export const TanhSchema = Type.Object(
  {
    type: Type.Literal("tanh"),
    scale: positive("Response that endless spend approaches."),
    acquisitionCost: positive("Spend per response at no spend: 1 / marginal response at 0."),
  },
  { ...strict, description: "response = scale · tanh(spend / (scale · acquisitionCost))" },
)

/** PyMC-Marketing `saturation.py`, RootSaturation (beta, alpha). Convex above 1. */
export const PowerSchema = Type.Object(
  {
    type: Type.Literal("power"),
    scale: nonNegative("Response to one unit of spend."),
    exponent: Type.Number({ minimum: 0.01, maximum: 10, description: "Elasticity; above 1 the curve is convex." }),
  },
  { ...strict, description: "response = scale · spend^exponent" },
)

/** The diminishing returns of log-transformed regressions. */
export const LogSchema = Type.Object(
  {
    type: Type.Literal("log"),
    scale: nonNegative("Response that multiplying (1 + rate · spend) by e adds."),
    rate: positive("Saturation per unit of spend."),
  },
  { ...strict, description: "response = scale · ln(1 + rate · spend)" },
)

/** PyMC-Marketing `saturation.py`, MichaelisMentenSaturation (alpha, lam); Robyn, for exposure (Vmax, Km). */
export const MichaelisMentenSchema = Type.Object(
  {
    type: Type.Literal("michaelis-menten"),
    scale: nonNegative("Response that endless spend approaches."),
    halfSaturation: positive("Spend that earns half of scale."),
  },
  { ...strict, description: "response = scale · spend / (halfSaturation + spend)" },
)

export const LinearSchema = Type.Object(
  {
    type: Type.Literal("linear"),
    slope: nonNegative("Response per unit of spend."),
  },
  { ...strict, description: "response = slope · spend" },
)

export const PiecewiseSchema = Type.Object(
  {
    type: Type.Literal("piecewise"),
    points: Type.Array(
      Type.Object(
        { spend: positive("Spend at this point."), response: nonNegative("Response at this point.") },
        strict,
      ),
      {
        minItems: 1,
        maxItems: 1000,
        description: "Points after (0, 0), by rising spend, responses never falling. Flat after the last point.",
      },
    ),
  },
  { ...strict, description: "response by straight lines from (0, 0) through the points, then flat" },
)

export const CurveSchema = Type.Union(
  [
    HillSchema,
    LogisticSchema,
    TanhSchema,
    PowerSchema,
    LogSchema,
    MichaelisMentenSchema,
    LinearSchema,
    PiecewiseSchema,
  ],
  { description: "Response of a channel to its spend" },
)

export type Curve = Static<typeof CurveSchema>
export type CurveType = Curve["type"]
export type CurveOf<T extends CurveType> = Extract<Curve, { type: T }>
