import Type, { type Static } from "typebox"
import { AdstockSchema } from "./adstock-schema.ts"
import { largest, smallest } from "./range.ts"

export { largest, smallest }

/**
 * Response curves: how much response (sales, leads …) a channel's spend earns in a period. Spend is in money, response
 * in whatever the model was fitted to. Every curve is 0 at no spend and never falls. All numbers stay within
 * `largest` and `smallest`, so that no product of two of them leaves the range of a double.
 */

const positive = (description: string) => Type.Number({ minimum: smallest, maximum: largest, description })
const nonNegative = (description: string) => Type.Number({ minimum: 0, maximum: largest, description })
const strict = { additionalProperties: false } as const

/**
 * How spend becomes what the curve is of. At a spend of x in every period the exposure settles at
 * e(x) = perSpend · Σ adstock weights · x + carriedOver, and the response is curve(e(x)) − curve(e(0)): what the spend
 * earns beyond what is there without it.
 */
export const ExposureSchema = Type.Object(
  {
    perSpend: Type.Optional(positive("Exposure that one unit of spend buys, such as impressions; 1 if left out.")),
    carriedOver: Type.Optional(
      nonNegative("Exposure that is there whatever is spent, such as Robyn's mean carry-over; 0 if left out."),
    ),
    adstock: Type.Optional(AdstockSchema),
  },
  {
    ...strict,
    description:
      "For curves of exposure: response = curve(e(spend)) − curve(e(0)), with " +
      "e = perSpend · Σ adstock weights · spend + carriedOver, the steady state of an equal spend in every period.",
  },
)
export type Exposure = Static<typeof ExposureSchema>

const exposure = Type.Optional(ExposureSchema)

/** Concave for `slope` up to 1, else S-shaped. Meridian `adstock_hill.py`; Robyn `transformation.R` (alpha, gamma). */
export const HillSchema = Type.Object(
  {
    type: Type.Literal("hill"),
    scale: nonNegative("Response that endless spend approaches."),
    halfSaturation: positive("Spend that earns half of scale."),
    slope: Type.Number({ minimum: 0.01, maximum: 20, description: "Exponent; above 1 the curve is S-shaped." }),
    exposure,
  },
  { ...strict, description: "response = scale · spend^slope / (spend^slope + halfSaturation^slope)" },
)

/** PyMC-Marketing `saturation.py`, LogisticSaturation (beta, lam). The same as scale · tanh(rate · spend / 2). */
export const LogisticSchema = Type.Object(
  {
    type: Type.Literal("logistic"),
    scale: nonNegative("Response that endless spend approaches."),
    rate: positive("Saturation per unit of spend."),
    exposure,
  },
  { ...strict, description: "response = scale · (1 − e^(−rate · spend)) / (1 + e^(−rate · spend))" },
)

/** PyMC-Marketing `saturation.py`, TanhSaturation (b, c). */
export const TanhSchema = Type.Object(
  {
    type: Type.Literal("tanh"),
    scale: positive("Response that endless spend approaches."),
    acquisitionCost: positive("Spend per response at no spend: 1 / marginal response at 0."),
    exposure,
  },
  { ...strict, description: "response = scale · tanh(spend / (scale · acquisitionCost))" },
)

/** PyMC-Marketing `saturation.py`, RootSaturation (beta, alpha). Convex above 1. */
export const PowerSchema = Type.Object(
  {
    type: Type.Literal("power"),
    scale: nonNegative("Response to one unit of spend."),
    exponent: Type.Number({ minimum: 0.01, maximum: 10, description: "Elasticity; above 1 the curve is convex." }),
    exposure,
  },
  { ...strict, description: "response = scale · spend^exponent" },
)

/** The diminishing returns of log-transformed regressions. */
export const LogSchema = Type.Object(
  {
    type: Type.Literal("log"),
    scale: nonNegative("Response that multiplying (1 + rate · spend) by e adds."),
    rate: positive("Saturation per unit of spend."),
    exposure,
  },
  { ...strict, description: "response = scale · ln(1 + rate · spend)" },
)

/** PyMC-Marketing `saturation.py`, MichaelisMentenSaturation (alpha, lam); Robyn, for exposure (Vmax, Km). */
export const MichaelisMentenSchema = Type.Object(
  {
    type: Type.Literal("michaelis-menten"),
    scale: nonNegative("Response that endless spend approaches."),
    halfSaturation: positive("Spend that earns half of scale."),
    exposure,
  },
  { ...strict, description: "response = scale · spend / (halfSaturation + spend)" },
)

/** PyMC-Marketing `saturation.py`, HillSaturationSigmoid (sigma, beta, lam): a logistic curve moved to pass through 0. */
export const HillSigmoidSchema = Type.Object(
  {
    type: Type.Literal("hill-sigmoid"),
    scale: nonNegative("Height of the whole sigmoid: endless spend approaches scale / (1 + e^(−rate · midpoint))."),
    rate: positive("Steepness per unit of spend."),
    midpoint: nonNegative("Spend at which the curve is steepest; above 0 it is S-shaped."),
    exposure,
  },
  {
    ...strict,
    description: "response = scale / (1 + e^(−rate · (spend − midpoint))) − scale / (1 + e^(rate · midpoint))",
  },
)

export const LinearSchema = Type.Object(
  {
    type: Type.Literal("linear"),
    slope: nonNegative("Response per unit of spend."),
    exposure,
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
    exposure,
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
    HillSigmoidSchema,
    LinearSchema,
    PiecewiseSchema,
  ],
  { description: "Response of a channel to its spend" },
)

export type Curve = Static<typeof CurveSchema>
export type CurveType = Curve["type"]
export type CurveOf<T extends CurveType> = Extract<Curve, { type: T }>
