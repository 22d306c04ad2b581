import Type, { type Static } from "typebox"
import { longestMemory } from "../optimizer/adstock-schema.ts"
import { largest, smallest } from "../optimizer/range.ts"

/**
 * Curves in the parameters that other marketing-mix models report, under their own names, so that a fit is entered as
 * it was printed. Sources: Meridian 2.1.0 `model/adstock_hill.py`, `model/transformers.py`; Robyn 3
 * `R/transformation.R`, `R/allocator.R`; PyMC-Marketing 0.19.2 `mmm/transformers.py`, `mmm/components/saturation.py`,
 * `mmm/components/adstock.py`. `peers.ts` turns them into curves.
 */

const strict = { additionalProperties: false } as const
const positive = (description: string) => Type.Number({ minimum: smallest, maximum: largest, description })
const optional = (description: string) => Type.Optional(positive(`${description}; 1 if left out.`))
const share = (description: string) => Type.Number({ minimum: 0, exclusiveMaximum: 1, description })
const slope = (description: string) => Type.Number({ minimum: 0.01, maximum: 20, description })
const lags = (description: string) => Type.Integer({ minimum: 0, maximum: longestMemory - 1, description })
const length = (description: string) => Type.Integer({ minimum: 1, maximum: longestMemory - 1, description })

const MeridianAdstock = Type.Object(
  {
    alpha: share("Decay of the channel, alpha_m."),
    maxLag: lags("max_lag of the model specification; 8 is Meridian's default."),
    decay: Type.Optional(
      Type.Union([Type.Literal("geometric"), Type.Literal("binomial")], {
        description: "adstock_decay_spec; geometric if left out.",
      }),
    ),
  },
  strict,
)

export const MeridianHill = Type.Object(
  {
    type: Type.Literal("meridian-hill"),
    coefficient: positive("beta_m in the unit of the KPI: what endless media earn in a period, all geos together."),
    ec: positive("Half saturation, ec_m, in Meridian's scaled media."),
    slope: slope("slope_m."),
    mediaScale: optional("Media that Meridian's scaled 1 stands for: the median of its periods with any"),
    mediaPerSpend: optional("Media that one unit of spend buys"),
    adstock: Type.Optional(MeridianAdstock),
  },
  {
    ...strict,
    description: "Meridian: coefficient · m^slope / (m^slope + ec^slope), m = adstocked media / mediaScale",
  },
)

const RobynAdstock = Type.Union([
  Type.Object({ type: Type.Literal("geometric"), theta: share("Decay, thetas.") }, strict),
  Type.Object(
    {
      type: Type.Union([Type.Literal("weibull_cdf"), Type.Literal("weibull_pdf")]),
      shape: Type.Number({ minimum: 0, maximum: 100, description: "shapes." }),
      scale: Type.Number({ minimum: 0, maximum: 1, description: "scales: a share of the window." }),
      windlen: length("Periods of the window, 2 or more."),
    },
    strict,
  ),
])

export const RobynHill = Type.Object(
  {
    type: Type.Literal("robyn-hill"),
    coef: positive("Coefficient of the channel."),
    alpha: slope("alphas."),
    gamma: Type.Number({ minimum: smallest, maximum: 1, description: "gammas." }),
    maxExposure: positive("Largest adstocked spend, or exposure, in the modelling window: gamma is a share of it."),
    exposurePerSpend: optional("Exposure that one unit of spend buys, where the model is of exposure"),
    meanCarryover: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: largest,
        description: "Mean carry-over of the window, as the allocator adds it to each period's spend.",
      }),
    ),
    adstock: Type.Optional(RobynAdstock),
  },
  {
    ...strict,
    description:
      "Robyn: coef · x^alpha / (x^alpha + (gamma · maxExposure)^alpha), x = exposure + meanCarryover as its allocator " +
      "has it, or x = adstocked exposure of an equal spend in every period",
  },
)

export const RobynMichaelisMenten = Type.Object(
  {
    type: Type.Literal("robyn-michaelis-menten"),
    Vmax: positive("Exposure that endless spend approaches."),
    Km: positive("Spend that buys half of it."),
  },
  { ...strict, description: "Robyn: Vmax · spend / (Km + spend), exposure by spend" },
)

const PymcAdstock = Type.Union([
  Type.Object(
    {
      type: Type.Union([Type.Literal("geometric"), Type.Literal("binomial")]),
      alpha: share("alpha."),
      lMax: length("l_max."),
      normalize: normalize(),
    },
    strict,
  ),
  Type.Object(
    {
      type: Type.Literal("delayed"),
      alpha: share("alpha."),
      theta: Type.Number({ minimum: 0, maximum: longestMemory - 1, description: "theta." }),
      lMax: length("l_max."),
      normalize: normalize(),
    },
    strict,
  ),
  Type.Object(
    {
      type: Type.Union([Type.Literal("weibull_cdf"), Type.Literal("weibull_pdf")]),
      lam: positive("lam, the scale, in periods."),
      k: Type.Number({ minimum: 0.01, maximum: 100, description: "k, the shape." }),
      lMax: length("l_max."),
      normalize: normalize(),
    },
    strict,
  ),
])

function normalize() {
  return Type.Optional(Type.Boolean({ description: "true if left out, as in the library's classes." }))
}

const scaled = {
  channelScale: optional("Spend that the model's scaled 1 stands for: the channel's largest, as the library scales"),
  targetScale: optional("Response that the model's scaled 1 stands for"),
  adstock: Type.Optional(PymcAdstock),
}

const pymc = <T extends string, P extends Parameters<typeof Type.Object>[0]>(type: T, formula: string, properties: P) =>
  Type.Object(
    { type: Type.Literal(type), ...properties, ...scaled },
    {
      ...strict,
      description: `PyMC-Marketing: targetScale · f(x), f = ${formula}, x = adstocked spend / channelScale`,
    },
  )

export const PymcLogistic = pymc("pymc-logistic", "beta · (1 − e^(−lam x)) / (1 + e^(−lam x))", {
  lam: positive("lam."),
  beta: positive("beta."),
})
export const PymcInverseScaledLogistic = pymc(
  "pymc-inverse-scaled-logistic",
  "beta · (1 − e^(−x ln 3 / lam)) / (1 + e^(−x ln 3 / lam))",
  { lam: positive("lam: half saturation."), beta: positive("beta.") },
)
export const PymcTanh = pymc("pymc-tanh", "b · tanh(x / (b c))", { b: positive("b."), c: positive("c.") })
export const PymcTanhBaselined = pymc("pymc-tanh-baselined", "beta · gain · x0 · tanh(x · artanh(r) / x0) / r", {
  x0: positive("x0."),
  gain: positive("gain."),
  r: Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1, description: "r." }),
  beta: positive("beta."),
})
export const PymcMichaelisMenten = pymc("pymc-michaelis-menten", "alpha · x / (lam + x)", {
  alpha: positive("alpha."),
  lam: positive("lam."),
})
export const PymcHill = pymc("pymc-hill", "beta · (1 − kappa^slope / (kappa^slope + x^slope))", {
  slope: slope("slope."),
  kappa: positive("kappa."),
  beta: positive("beta."),
})
export const PymcHillSigmoid = pymc(
  "pymc-hill-sigmoid",
  "sigma / (1 + e^(−beta (x − lam))) − sigma / (1 + e^(beta lam))",
  {
    sigma: positive("sigma."),
    beta: positive("beta."),
    lam: Type.Number({ minimum: 0, maximum: largest, description: "lam." }),
  },
)
export const PymcRoot = pymc("pymc-root", "beta · x^alpha", {
  alpha: Type.Number({ minimum: 0.01, maximum: 10, description: "alpha." }),
  beta: positive("beta."),
})

export const PymcNoSaturation = pymc("pymc-no-saturation", "beta · x", { beta: positive("beta.") })

export const PeerCurve = Type.Union(
  [
    MeridianHill,
    RobynHill,
    RobynMichaelisMenten,
    PymcLogistic,
    PymcInverseScaledLogistic,
    PymcTanh,
    PymcTanhBaselined,
    PymcMichaelisMenten,
    PymcHill,
    PymcHillSigmoid,
    PymcRoot,
    PymcNoSaturation,
  ],
  { description: "A curve as another model reports it" },
)
export type PeerCurve = Static<typeof PeerCurve>
export type MeridianAdstock = Static<typeof MeridianAdstock>
export type RobynAdstock = Static<typeof RobynAdstock>
export type PymcAdstock = Static<typeof PymcAdstock>
