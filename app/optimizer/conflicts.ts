import { goalOf } from "./goal.ts"
import type { Channel, Infeasible, Problem } from "./problem.ts"
import { boundName, boundsBeyond } from "./rows-beyond.ts"

/** What is left of a problem while demands are taken out of it: in place, for there may be thousands. */
interface Rest {
  total: Problem["total"]
  objective: Problem["objective"]
  readonly constraints: Set<Problem["constraints"][number]>
  readonly channels: Channel[]
}

/** One demand of a problem that may conflict with others: its name for the user, in words, and the problem without it. */
interface Demand {
  readonly name: string
  readonly text: string
  readonly drop: (rest: Rest) => void
}

/** So many demands are told in words; of more, how many more. */
const mostTold = 10

/**
 * The answer to a problem that cannot be met: a smallest set of its demands of which none can be spared. Bounds alone that
 * leave a total or a constraint no room are added up; any other set is found by QuickXplain (Junker, "QuickXplain:
 * Preferred explanations and relaxations", AAAI 2004) with `canMeet` as its oracle, which is asked at least once for each
 * demand that it names. Of several such sets it names the one of total, target and constraints first, and then of the
 * tightest bounds.
 */
export function infeasible(problem: Problem, canMeet: (problem: Problem) => boolean): Infeasible {
  const bounds = boundsOf(problem)
  const demands = [...sharedOf(problem), ...bounds]
  const meets = (kept: readonly Demand[]) => {
    const keep = new Set(kept)
    return canMeet(
      without(
        problem,
        demands.filter((demand) => !keep.has(demand)),
      ),
    )
  }
  const names = new Set(boundsBeyond(problem))
  const isOfBounds = names.size > 0 && canMeet(without(problem, bounds))
  const conflict = new Set(
    isOfBounds ? demands.filter(({ name }) => names.has(name)) : quickXplain(meets, [], [], demands),
  )
  // The user reads them in the order in which the problem states them
  const told = demands.filter((demand) => conflict.has(demand))
  const texts = told.slice(0, mostTold).map(({ text }) => text)
  if (told.length > mostTold) texts.push(`and ${told.length - mostTold} more`)
  const one = told.length === 1
  return {
    status: "infeasible",
    conflicts: told.map(({ name }) => name),
    detail: `${one ? "This cannot be met" : "These cannot be met together"}: ${texts.join("; ")}. ${one ? "Relax it." : "Relax one of them."}`,
  }
}

function without(problem: Problem, dropped: readonly Demand[]): Problem {
  const { total: _, ...whole } = problem
  const rest: Rest = {
    total: problem.total,
    objective: problem.objective,
    constraints: new Set(problem.constraints),
    channels: [...problem.channels],
  }
  for (const { drop } of dropped) drop(rest)
  const { total, objective, constraints, channels } = rest
  return { ...whole, ...(total ? { total } : {}), objective, constraints: [...constraints], channels }
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

/** Total, target and constraints. */
function sharedOf(problem: Problem): Demand[] {
  const demands: Demand[] = []
  const { total, objective } = problem
  if (total)
    demands.push({
      name: "total",
      text: `the total of ${total.spend === "exactly" ? "exactly" : "at most"} ${total.amount}`,
      drop: (rest) => {
        rest.total = undefined
      },
    })
  const { target } = goalOf(objective)
  if (target)
    demands.push({
      name: target.field,
      text: objective.goal === "roi" ? `a return of ${objective.target}` : `a response of ${target.least}`,
      drop: (rest) => {
        rest.objective = { goal: "response" }
      },
    })
  for (const constraint of problem.constraints)
    demands.push({
      name: constraint.name,
      text: `constraint ${constraint.name}`,
      drop: (rest) => {
        rest.constraints.delete(constraint)
      },
    })
  return demands
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
  open: number,
): Demand => ({
  name: boundName(name, side),
  text: `the ${side} of ${value} of channel ${name}`,
  drop: ({ channels }) => {
    channels[index] = { ...(channels[index] as Channel), [side]: open }
  },
})
