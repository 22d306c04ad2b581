import type { Adstock } from "./adstock-schema.ts"

/**
 * The weights of the first `horizon` periods, from lag 0: as many as there are, or as fit. A normalized adstock is
 * divided by the sum of all its weights, also of those beyond the horizon. Formulas and sources are in
 * `adstock-schema.ts`.
 */
export function adstockWeights(adstock: Adstock, horizon: number): number[] {
  const count = Math.min(horizon, adstock.periods ?? horizon)
  // The Weibull density is scaled by its extremes over all periods, so all are needed for any.
  const weights = rawWeights(adstock, adstock.periods ?? count).slice(0, count)
  if (adstock.normalize !== true) return weights
  const all = rawSum(adstock)
  return weights.map((weight) => weight / all)
}

/**
 * The exposure at which a spend of 1 in every period settles, in units of that spend: Σ weights. 1 if normalized.
 * 0 or not finite for weights that a double cannot hold; `checkCurve` refuses such.
 */
export function carryOver(adstock: Adstock): number {
  const sum = rawSum(adstock)
  return adstock.normalize === true ? sum / sum : sum
}

/** What works in each period of a series: Σ weights[lag] · values[period − lag], nothing before the first. */
export function adstocked(values: readonly number[], adstock: Adstock): number[] {
  if (adstock.type === "geometric") return geometric(values, adstock)
  const weights = adstockWeights(adstock, values.length)
  return values.map((_, period) => {
    let sum = 0
    const oldest = Math.min(period, weights.length - 1)
    for (let lag = 0; lag <= oldest; lag++) sum += (weights[lag] ?? 0) * (values[period - lag] ?? 0)
    return sum
  })
}

/** The same by recursion, at a cost that does not grow with the number of weights. */
function geometric(values: readonly number[], adstock: Extract<Adstock, { type: "geometric" }>): number[] {
  const { retention, periods = values.length, normalize } = adstock
  const forgotten = retention ** periods
  const all = normalize === true ? rawSum(adstock) : 1
  let sum = 0
  return values.map((value, period) => {
    sum = Math.max(0, value + retention * sum - forgotten * (values[period - periods] ?? 0))
    return sum / all
  })
}

function rawSum(adstock: Adstock): number {
  if (adstock.type === "geometric") {
    const { retention, periods } = adstock
    return periods === undefined ? 1 / (1 - retention) : (1 - retention ** periods) / (1 - retention)
  }
  return rawWeights(adstock, adstock.periods).reduce((sum, weight) => sum + weight, 0)
}

function rawWeights(adstock: Adstock, count: number): number[] {
  const lags = Array.from({ length: count }, (_, lag) => lag)
  switch (adstock.type) {
    case "geometric":
      return lags.map((lag) => adstock.retention ** lag)
    case "binomial":
      return lags.map((lag) => (1 - lag / (adstock.window ?? adstock.periods)) ** (1 / adstock.retention - 1))
    case "delayed":
      return lags.map((lag) => adstock.retention ** ((lag - adstock.peak) ** 2))
    case "weibull-cdf": {
      let weight = 1
      return lags.map((lag) => {
        weight *= Math.exp(-((lag / adstock.scale) ** adstock.shape))
        return weight
      })
    }
    case "weibull-pdf":
      return fromLeastToMost(lags.map((lag) => weibullDensity(lag + 1, adstock.shape, adstock.scale)))
  }
}

function weibullDensity(x: number, shape: number, scale: number): number {
  const power = (x / scale) ** shape
  // Far out the power overflows, long after the density is 0
  return power > 745 ? 0 : (shape / x) * power * Math.exp(-power)
}

function fromLeastToMost(values: readonly number[]): number[] {
  const least = Math.min(...values)
  const most = Math.max(...values)
  if (most === least) return values.map((_, lag) => (lag === 0 ? 1 : 0))
  return values.map((value) => (value - least) / (most - least))
}
