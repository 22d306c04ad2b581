import type { Curve, CurveType } from "../../optimizer/schema.ts"

/** The types that can be fitted, simplest first. tanh is logistic in other parameters, and piecewise has no end of them. */
export const fitTypes = [
  "linear",
  "michaelis-menten",
  "logistic",
  "log",
  "power",
  "hill",
  "hill-sigmoid",
] as const satisfies readonly CurveType[]
export type FitType = (typeof fitTypes)[number]

/** Largest exposure and largest response of a history: what the search counts in. */
export interface Units {
  readonly exposure: number
  readonly response: number
}

/** One parameter of the search: the log of a positive quantity, in units of the history. */
interface Axis {
  /** The curve's member, as the API calls it. */
  readonly name: string
  readonly low: number
  readonly high: number
  /** Where searches begin; the scale is found from the other parameters and has none. */
  readonly starts?: readonly number[]
}

export interface Family {
  readonly type: FitType
  /** The first is the one that the response is proportional to. */
  readonly axes: readonly Axis[]
  /** The logs of the curve's members at a point of the search. */
  members(logs: readonly number[], units: Units): number[]
  curve(values: readonly number[]): Curve
}

const { log } = Math
/** Responses up to a thousand times the largest seen: beyond that a curve is a straight line to the data. */
const scale = { name: "scale", low: log(1e-6), high: log(1e3) }
const around = [0.1, 0.4, 1.5, 6].map(log)
const size = { low: log(1e-3), high: log(1e3), starts: around }
const half = { name: "halfSaturation", ...size }
const rate = { name: "rate", ...size }

const byRate = ([s = 0, r = 0]: readonly number[], { exposure, response }: Units) => [
  s + log(response),
  r - log(exposure),
]
const byHalf = ([s = 0, h = 0]: readonly number[], { exposure, response }: Units) => [
  s + log(response),
  h + log(exposure),
]

const families: Readonly<Record<FitType, Family>> = {
  linear: {
    type: "linear",
    axes: [{ ...scale, name: "slope" }],
    members: ([s = 0], { exposure, response }) => [s + log(response) - log(exposure)],
    curve: ([slope = 0]) => ({ type: "linear", slope }),
  },
  "michaelis-menten": {
    type: "michaelis-menten",
    axes: [scale, half],
    members: byHalf,
    curve: ([height = 0, halfSaturation = 0]) => ({ type: "michaelis-menten", scale: height, halfSaturation }),
  },
  logistic: {
    type: "logistic",
    axes: [scale, rate],
    members: byRate,
    curve: ([height = 0, per = 0]) => ({ type: "logistic", scale: height, rate: per }),
  },
  log: {
    type: "log",
    axes: [scale, rate],
    members: byRate,
    curve: ([height = 0, per = 0]) => ({ type: "log", scale: height, rate: per }),
  },
  power: {
    type: "power",
    // The scale of the search is the response at the largest exposure, which says more than that at 1
    axes: [scale, { name: "exponent", low: log(0.05), high: log(5), starts: [0.3, 0.6, 1.5].map(log) }],
    members: ([s = 0, e = 0], { exposure, response }) => [s + log(response) - Math.exp(e) * log(exposure), e],
    curve: ([height = 0, exponent = 0]) => ({ type: "power", scale: height, exponent }),
  },
  hill: {
    type: "hill",
    axes: [scale, half, { name: "slope", low: log(0.1), high: log(10), starts: [0.7, 1.5, 4].map(log) }],
    members: (logs, units) => [...byHalf(logs, units), logs[2] ?? 0],
    curve: ([height = 0, halfSaturation = 0, slope = 0]) => ({ type: "hill", scale: height, halfSaturation, slope }),
  },
  "hill-sigmoid": {
    type: "hill-sigmoid",
    axes: [
      scale,
      { ...rate, starts: [3, 12].map(log) },
      { name: "midpoint", low: log(1e-3), high: log(10), starts: [0.1, 0.4, 0.9].map(log) },
    ],
    members: (logs, units) => [...byRate(logs, units), (logs[2] ?? 0) + log(units.exposure)],
    curve: ([height = 0, per = 0, midpoint = 0]) => ({ type: "hill-sigmoid", scale: height, rate: per, midpoint }),
  },
}

/** `concave` keeps slopes and exponents to at most 1. A hill-sigmoid has no such end: it is not among `typesFor`. */
export function familyOf(type: FitType, concave: boolean): Family {
  const family = families[type]
  if (!concave) return family
  const axes = family.axes.map((axis) =>
    axis.name === "slope" || axis.name === "exponent" ? { ...axis, high: 0, starts: [0.4, 0.8].map(log) } : axis,
  )
  return type === "linear" ? family : { ...family, axes }
}

/** The types that a fit tries when none is named. */
export const typesFor = (concave: boolean): FitType[] => fitTypes.filter((type) => !concave || type !== "hill-sigmoid")
