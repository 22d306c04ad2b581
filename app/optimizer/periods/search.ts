import { type Branched, branchAndBound } from "../branch.ts"
import type { Branching, Relaxed } from "../branching.ts"
import type { Multipliers } from "../certificate.ts"
import { type Channels, sum } from "../channels.ts"
import { flat } from "../curves/shape.ts"
import type { Domain } from "../envelope.ts"
import type { Means } from "../problem.ts"
import { certify } from "./certificate.ts"
import { climb, earnedBy, type SolveParts } from "./climb.ts"
import { loosened } from "./loosen.ts"
import { type PeriodsModel, spendDomains } from "./model.ts"
import { linksOf, propagate } from "./narrow.ts"
import type { PeriodsProblem } from "./problem.ts"
import { ofAnswer, type RelaxedPeriods, relaxPeriods } from "./relax.ts"
import { periodTwins } from "./twins.ts"

/** What a node of the search need be solved to, so that all of them together come within the tolerance. */
const ofNode = 1e-7

/** A relaxation of the search, whose channels are the exposures, with the spends that make them. */
export interface RelaxedSearch extends Relaxed {
  readonly found?: RelaxedPeriods
}

/**
 * The best plan of curves of any shape and of minimum buys, climbed from once more to all digits, with the search's bound:
 * by branch and bound whose channels are the exposures and, after them, the spends.
 */
export function searchPeriods(
  problem: PeriodsProblem,
  model: PeriodsModel,
  means: Means,
): Branched<RelaxedSearch> & { readonly found: RelaxedPeriods | undefined } {
  const { goal } = model
  const both = withSpends(model)
  const domains = domainsOf(problem, model)
  const links = linksOf(model)
  const branching: Branching<RelaxedSearch> = {
    // What is spent is no sum of exposures: each relaxation bears its own cost
    goal: { ...goal, price: 0 },
    channels: both,
    domains,
    twins: [...periodTwins(problem, model), ...Array.from(model.polytope.min, () => undefined)],
    mayShift: false,
    mostNodes: means.mostNodes,
    expired: means.expired,
    relax: (parts, enough) => relaxing(model, parts, means, ofNode, enough),
    narrow: (region) => propagate(links, region),
    climb: (spends) => {
      const top = climb(model, domains, spends, solveParts(model, means, ofNode), means.expired)
      return top && asRelaxed(model, top)
    },
  }
  const searched = branchAndBound(branching)
  const best = searched.best?.found
  if (!best) return { ...searched, found: best }
  const loose = loosened(problem, model, best.plan)
  const found = loose ? finished(loose, best, domainsOf(problem, loose), means) : finished(model, best, domains, means)
  return { ...searched, found }
}

/** Where exposures and, after them, spends may be. */
const domainsOf = (problem: PeriodsProblem, { channels, polytope }: PeriodsModel): Domain[] => [
  ...Array.from(channels.min, (low, e): Domain => ({ low, used: low, high: channels.max[e] as number })),
  ...spendDomains(problem, polytope),
]

/** Exposures, then spends, which earn nothing by themselves: what a search narrows. */
function withSpends({ channels, polytope }: PeriodsModel): Channels {
  return {
    shapes: [...channels.shapes, ...Array.from(polytope.min, () => flat)],
    min: Float64Array.of(...channels.min, ...polytope.min),
    max: Float64Array.of(...channels.max, ...polytope.max),
  }
}

/** A model whose spends are within the bounds of a part, and the part's own exposures. */
function partOf(model: PeriodsModel, { shapes, min, max }: Channels): [PeriodsModel, Channels] {
  const count = model.exposures.length
  const polytope = { ...model.polytope, min: min.slice(count), max: max.slice(count) }
  return [
    { ...model, polytope },
    { shapes: shapes.slice(0, count), min: min.slice(0, count), max: max.slice(0, count) },
  ]
}

function relaxing(
  model: PeriodsModel,
  parts: Channels,
  means: Means,
  wanted: number,
  enough?: number,
): RelaxedSearch | undefined {
  const [part, channels] = partOf(model, parts)
  const found = relaxPeriods(part, channels, { ...means, wanted, ...(enough === undefined ? {} : { enough }) })
  if (found === "infeasible") return undefined
  if (found === "failed") return unsolved(part, channels)
  return asRelaxed(model, found)
}

function asRelaxed({ goal }: PeriodsModel, found: RelaxedPeriods): RelaxedSearch {
  const { exposures, bound, plan } = found
  const spends = Float64Array.of(...exposures, ...plan)
  return { spends, cost: goal.price * sum(plan), multipliers: jointly(found), bound, totalShadowPrice: 0, found }
}

const solveParts =
  (model: PeriodsModel, means: Means, wanted: number): SolveParts =>
  (parts) => {
    const found = relaxPeriods(...partOf(model, parts), { ...means, wanted })
    return typeof found === "string" ? undefined : found
  }

function jointly({ multipliers, earns }: Pick<RelaxedPeriods, "multipliers" | "earns">): Multipliers {
  const { weight, constant } = multipliers
  const prices = Float64Array.of(...multipliers.prices, ...earns.map((rate) => -rate))
  return { weight, prices, marginals: prices.map((price) => price / weight), constant }
}

/** What is known of a part without a solver: the most of every curve, at no cost but that of the least spends. */
function unsolved(model: PeriodsModel, channels: Channels): RelaxedSearch {
  const { exposures, polytope } = model
  const nothing = { values: new Float64Array(exposures.length), rows: new Float64Array(polytope.rows.length) }
  const certificate = certify({ ...model, channels }, nothing)
  const spends = Float64Array.of(...channels.max, ...polytope.max)
  const { bound } = certificate
  return { spends, multipliers: jointly(certificate), bound, totalShadowPrice: 0, unmet: true }
}

/** The best plan of a search, climbed from once more to all digits: for its prices, which are those of the curves there. */
function finished(model: PeriodsModel, best: RelaxedPeriods, domains: readonly Domain[], means: Means): RelaxedPeriods {
  const start = Float64Array.of(...best.exposures, ...best.plan)
  const found = climb(model, domains, start, solveParts(model, means, ofAnswer), means.expired)
  return found && earnedBy(model, found) >= earnedBy(model, best) ? found : best
}
