import Type, { type Static } from "typebox"
import { largest, smallest } from "./range.ts"

/**
 * Adstock: the share of a period's exposure that still works `lag` periods later, weight by weight from lag 0. What a
 * period's response is of is Σ weight[lag] · exposure[period − lag].
 */

/** The longest memory: ten years of weeks. */
export const longestMemory = 520

const strict = { additionalProperties: false } as const

const Periods = Type.Integer({
  minimum: 1,
  maximum: longestMemory,
  description: "How many periods a spend works, the one it is spent in among them: how many weights there are.",
})
const Normalize = Type.Optional(
  Type.Boolean({ description: "Divides the weights by their sum, so that carry-over moves exposure and adds none." }),
)
const retention = (range: { minimum?: number; exclusiveMaximum?: number; maximum?: number }) =>
  Type.Number({ minimum: 0, ...range, description: "Share that is left after each period." })

/**
 * Robyn `transformation.R`, adstock_geometric (theta, without end); Meridian `adstock_hill.py`, geometric (alpha,
 * max_lag + 1 periods, normalized); PyMC-Marketing `transformers.py`, geometric_adstock (alpha, l_max).
 */
export const GeometricSchema = Type.Object(
  {
    type: Type.Literal("geometric"),
    retention: retention({ exclusiveMaximum: 1 }),
    periods: Type.Optional(Periods),
    normalize: Normalize,
  },
  { ...strict, description: "weight[lag] = retention^lag; without end if periods is left out" },
)

/**
 * Meridian `adstock_hill.py`, binomial (alpha, max_lag + 1 periods, normalized); PyMC-Marketing `transformers.py`,
 * binomial_adstock (alpha, l_max), whose window is l_max + 1: it leaves the last weight out.
 */
export const BinomialSchema = Type.Object(
  {
    type: Type.Literal("binomial"),
    retention: retention({ minimum: smallest, maximum: 1 }),
    periods: Periods,
    window: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: longestMemory,
        description: "Periods after which nothing is left; periods if left out, and never less.",
      }),
    ),
    normalize: Normalize,
  },
  { ...strict, description: "weight[lag] = (1 − lag / window)^(1 / retention − 1)" },
)

/** PyMC-Marketing `transformers.py`, delayed_adstock (alpha, theta, l_max). */
export const DelayedSchema = Type.Object(
  {
    type: Type.Literal("delayed"),
    retention: retention({ exclusiveMaximum: 1 }),
    peak: Type.Number({ minimum: 0, maximum: longestMemory - 1, description: "Lag at which the effect is largest." }),
    periods: Periods,
    normalize: Normalize,
  },
  { ...strict, description: "weight[lag] = retention^((lag − peak)²)" },
)

const weibull = {
  shape: Type.Number({ minimum: 0.01, maximum: 100, description: "Shape of the Weibull distribution." }),
  scale: Type.Number({ minimum: smallest, maximum: largest, description: "Its scale, in periods." }),
  periods: Periods,
  normalize: Normalize,
}

/** Robyn `transformation.R`, adstock_weibull type "cdf"; PyMC-Marketing, weibull_adstock CDF (l_max + 1 periods). */
export const WeibullCdfSchema = Type.Object(
  { type: Type.Literal("weibull-cdf"), ...weibull },
  { ...strict, description: "weight[0] = 1, weight[lag] = weight[lag − 1] · e^(−(lag / scale)^shape)" },
)

/** Robyn `transformation.R`, adstock_weibull type "pdf"; PyMC-Marketing, weibull_adstock PDF. */
export const WeibullPdfSchema = Type.Object(
  { type: Type.Literal("weibull-pdf"), ...weibull },
  {
    ...strict,
    description:
      "weight[lag] = (d(lag + 1) − least) / (most − least), d the Weibull density, least and most over all lags; " +
      "1, 0, 0 … where all are alike",
  },
)

export const AdstockSchema = Type.Union(
  [GeometricSchema, BinomialSchema, DelayedSchema, WeibullCdfSchema, WeibullPdfSchema],
  { description: "How long a spend works" },
)
export type Adstock = Static<typeof AdstockSchema>
