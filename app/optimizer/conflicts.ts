import { goalOf } from "./goal.ts"
import type { Infeasible, Problem } from "./problem.ts"

/** One demand of a problem that may conflict with others: its name for the user, in words, and the problem without it. */
interface Demand {
  readonly name: string
  readonly text: string
  readonly drop: (problem: Problem) => Problem
}

/**
 * The answer to a problem that cannot be met: a smallest set of its demands of which none can be spared, found by
 * QuickXplain (Junker, "QuickXplain: Preferred explanations and relaxations", AAAI 2004) with `canMeet` as its oracle.
 * Of several such sets it names the one of total, target and constraints first, and then of the tightest bounds.
 */
export function infeasible(problem: Problem, canMeet: (problem: Problem) => boolean): Infeasible {
  const demands = demandsOf(problem)
  const meets = (kept: readonly Demand[]) => {
    const keep = new Set(kept)
    return canMeet(demands.reduce((rest, demand) => (keep.has(demand) ? rest : demand.drop(rest)), problem))
  }
  const conflict = quickXplain(meets, [], [], demands)
  // The user reads them in the order in which the problem states them
  conflict.sort((a, b) => demands.indexOf(a) - demands.indexOf(b))
  const one = conflict.length === 1
  return {
    status: "infeasible",
    conflicts: conflict.map((demand) => demand.name),
    detail: `${one ? "This cannot be met" : "These cannot be met together"}: ${conflict.map((demand) => demand.text).join("; ")}. ${one ? "Relax it." : "Relax one of them."}`,
  }
}

/** The demands of `open` that, with `fixed`, conflict. `added` are those just fixed: without any, nothing has changed. */
function quickXplain(
  meets: (kept: readonly Demand[]) => boolean,
  fixed: readonly Demand[],
  added: readonly Demand[],
  open: readonly Demand[],
): Demand[] {
  if (added.length > 0 && !meets(fixed)) return []
  if (open.length <= 1) return [...open]
  const half = open.length >> 1
  const first = open.slice(0, half)
  const second = open.slice(half)
  const ofSecond = quickXplain(meets, [...fixed, ...first], first, second)
  const ofFirst = quickXplain(meets, [...fixed, ...ofSecond], ofSecond, first)
  return [...ofFirst, ...ofSecond]
}

function demandsOf(problem: Problem): Demand[] {
  const demands: Demand[] = []
  const { total, objective } = problem
  if (total)
    demands.push({
      name: "total",
      text: `the total of ${total.spend === "exactly" ? "exactly" : "at most"} ${total.amount}`,
      drop: ({ total: _, ...rest }) => rest,
    })
  const { target } = goalOf(objective)
  if (target)
    demands.push({
      name: target.field,
      text: objective.goal === "roi" ? `a return of ${objective.target}` : `a response of ${target.least}`,
      drop: (rest) => ({ ...rest, objective: { goal: "response" } }),
    })
  for (const constraint of problem.constraints)
    demands.push({
      name: constraint.name,
      text: `constraint ${constraint.name}`,
      drop: (rest) => ({ ...rest, constraints: rest.constraints.filter((other) => other !== constraint) }),
    })
  return [...demands, ...boundsOf(problem)]
}

/** Mins and minimum buys from the largest, then maxes from the smallest: the tightest come first. */
function boundsOf({ channels }: Problem): Demand[] {
  const mins = channels.map((channel, i) => ({ channel, i })).filter(({ channel }) => channel.min > 0)
  const maxes = channels.map((channel, i) => ({ channel, i })).filter(({ channel }) => channel.max < Infinity)
  const buys = channels.flatMap(({ name, minIfUsed = 0 }, i) => (minIfUsed > 0 ? [{ name, minIfUsed, i }] : []))
  buys.sort((a, b) => b.minIfUsed - a.minIfUsed)
  mins.sort((a, b) => b.channel.min - a.channel.min)
  maxes.sort((a, b) => a.channel.max - b.channel.max)
  return [
    ...mins.map(({ channel, i }) => bound("min", channel.name, channel.min, i, 0)),
    ...buys.map(({ name, minIfUsed, i }) => bound("minIfUsed", name, minIfUsed, i, 0)),
    ...maxes.map(({ channel, i }) => bound("max", channel.name, channel.max, i, Infinity)),
  ]
}

const bound = (
  side: "min" | "max" | "minIfUsed",
  name: string,
  value: number,
  index: number,
  without: number,
): Demand => ({
  name: `channels.${name}.${side}`,
  text: `the ${side} of ${value} of channel ${name}`,
  drop: (rest) => ({
    ...rest,
    channels: rest.channels.map((channel, i) => (i === index ? { ...channel, [side]: without } : channel)),
  }),
})
