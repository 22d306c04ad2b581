import { type Branched, branchAndBound } from "../branch.ts"
import type { Relaxed } from "../branching.ts"
import type { Multipliers } from "../certificate.ts"
import { type Channels, responseTo, sum } from "../channels.ts"
import { flat } from "../curves/shape.ts"
import type { Domain } from "../envelope.ts"
import { surplusGoal } from "../goal.ts"
import { gapTolerance, type Means } from "../problem.ts"
import { isInGap } from "../rounding.ts"
import { meetsExactly, towards } from "../towards.ts"
import { bestPeriods, mostSurplus } from "./best.ts"
import { certifyEach } from "./certificate.ts"
import { climb, type SolveParts } from "./climb.ts"
import { type PeriodsModel, spendDomains } from "./model.ts"
import { linksOf, propagate } from "./narrow.ts"
import type { PeriodsProblem } from "./problem.ts"
import { exposuresAt, type RelaxedPeriods, relaxPeriods } from "./relax.ts"
import { periodTwins } from "./twins.ts"

/** What a node of the search need be solved to, so that all of them together come within the tolerance. */
const ofNode = 1e-7

/** A relaxation of the search, whose channels are the exposures, with the spends that make them. */
export interface RelaxedSearch extends Relaxed {
  readonly found?: RelaxedPeriods
}

/** What is known before a search. */
export interface Known {
  /** Spends that meet the goal's target, with room where there is any. */
  readonly inside?: Float64Array
  /** Spends that meet all, to climb from. */
  readonly start?: Float64Array
  /** Any plan of this value will do. */
  readonly until?: number
}

/**
 * The best plan of curves of any shape and of minimum buys, with the search's bound: by branch and bound whose channels are
 * the exposures and, after them, the spends. A goal's target is met if `known.inside` is.
 */
export function searchEnvelopes(
  problem: PeriodsProblem,
  model: PeriodsModel,
  means: Means,
  { inside, start, until = Infinity }: Known = {},
): Branched<RelaxedSearch> {
  const { goal } = model
  const both = withSpends(model)
  const domains = domainsOf(model)
  const links = linksOf(model)
  const first = start && climbFrom(model, start, means)
  const restored = (plan: Float64Array) => (inside ? towards((on) => meetsBy(model, on), plan, inside) : plan)
  return branchAndBound<RelaxedSearch>({
    goal,
    channels: both,
    spent: (spends) => sum(planOf(model, spends)),
    domains,
    twins: [...periodTwins(problem, model), ...Array.from(model.polytope.min, () => undefined)],
    mayShift: false,
    mostNodes: means.mostNodes,
    expired: means.expired,
    until,
    relax: (parts, enough) => relaxing(model, parts, means, ofNode, enough),
    narrow: (region) => propagate(links, region),
    climb: (spends) => {
      const top = climbFrom(model, reaching(model, planOf(model, spends), inside, means), means)
      return top && asRelaxed(top)
    },
    ...(inside ? { restore: (relaxed) => restoredBy(model, domains, restored, relaxed) } : {}),
    ...(first ? { known: asRelaxed(first) } : {}),
  })
}

/** A local optimum above some spends; undefined where those are in gaps, and no others beside them meet all. */
export function climbFrom(
  model: PeriodsModel,
  plan: Float64Array,
  means: Means,
  { wanted = ofNode, until }: { readonly wanted?: number; readonly until?: number } = {},
): RelaxedPeriods | undefined {
  const start = Float64Array.of(...exposuresAt(model, plan), ...plan)
  const solve: SolveParts = (parts) => {
    const found = bestPeriods(...partOf(model, parts), { ...means, wanted })
    return typeof found === "string" ? undefined : found
  }
  return climb(model, domainsOf(model), start, solve, means.expired, until)
}

/** The spends nearest to some that meet the goal's target, on the way up from them, or else to what is known to meet it. */
function reaching(
  model: PeriodsModel,
  plan: Float64Array,
  inside: Float64Array | undefined,
  means: Means,
): Float64Array {
  const { target } = model.goal
  const meets = (on: Float64Array) => meetsBy(model, on)
  if (!target || meets(plan)) return plan
  const top = climbFrom({ ...model, goal: surplusGoal(target) }, plan, means, { until: target.least })
  const end = top && meets(top.plan) ? top.plan : inside
  return end ? towards(meets, plan, end) : plan
}

/** Of exposures, then of spends. */
const domainsOf = (model: PeriodsModel): Domain[] => [
  ...Array.from(model.channels.min, (low, e): Domain => ({ low, used: low, high: model.channels.max[e] as number })),
  ...spendDomains(model),
]

const planOf = ({ exposures }: Pick<PeriodsModel, "exposures">, spends: Float64Array): Float64Array =>
  spends.subarray(exposures.length)

const meetsBy = (model: PeriodsModel, plan: Float64Array): boolean =>
  meetsExactly(model.goal, responseTo(model.channels, exposuresAt(model, plan)), sum(plan))

/** A relaxation whose spends meet the target by the curves themselves; undefined where that leaves one in its gap. */
function restoredBy(
  model: PeriodsModel,
  domains: readonly Domain[],
  restored: (plan: Float64Array) => Float64Array,
  relaxed: RelaxedSearch,
): RelaxedSearch | undefined {
  const { found } = relaxed
  if (!found) return undefined
  const plan = restored(found.plan)
  const count = model.exposures.length
  if (plan.some((spend, j) => isInGap(domains[count + j] as Domain, spend))) return undefined
  const exposures = exposuresAt(model, plan)
  return { ...relaxed, spends: Float64Array.of(...exposures, ...plan), found: { ...found, plan, exposures } }
}

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
  if (!found.rough && found.gap > gapTolerance && cannotMeet(part, channels, means)) return undefined
  return asRelaxed(found)
}

/** Whether nothing in a part meets the target, which programs on tangents may find out too late to say so. */
function cannotMeet(part: PeriodsModel, channels: Channels, means: Means): boolean {
  const { target } = part.goal
  if (!target) return false
  const most = mostSurplus(part, channels, { ...means, wanted: ofNode })
  return most === "infeasible" || (most !== "failed" && most.bound.value < target.least)
}

function asRelaxed(found: RelaxedPeriods): RelaxedSearch {
  const { exposures, bound, plan } = found
  const spends = Float64Array.of(...exposures, ...plan)
  const rough = found.rough ? ({ rough: true } as const) : {}
  return { spends, multipliers: jointly(found), bound, totalShadowPrice: 0, found, ...rough }
}

function jointly({ multipliers, earns }: Pick<RelaxedPeriods, "multipliers" | "earns">): Multipliers {
  const { weight, constant } = multipliers
  const prices = Float64Array.of(...multipliers.prices, ...earns.map((rate) => -rate))
  return { weight, prices, marginals: prices.map((price) => price / weight), constant }
}

/** What is known of a part without a solver: the most of every curve, at no cost but that of the least spends. */
function unsolved(model: PeriodsModel, channels: Channels): RelaxedSearch {
  const { polytope } = model
  const certificate = certifyEach({ ...model, channels })
  const spends = Float64Array.of(...channels.max, ...polytope.max)
  const { bound } = certificate
  return { spends, multipliers: jointly(certificate), bound, totalShadowPrice: 0, unmet: true }
}
