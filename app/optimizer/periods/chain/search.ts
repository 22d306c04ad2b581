import { type Branched, wanted } from "../../branch.ts"
import { Heap } from "../../heap.ts"
import type { Means } from "../../problem.ts"
import type { Known } from "../envelopes.ts"
import { Found } from "./found.ts"
import type { Lagrangian, Part } from "./lagrangian.ts"
import type { Prices } from "./master.ts"
import { type Settled, settle } from "./settle.ts"
import { split } from "./split.ts"

export interface SearchedChains extends Pick<Branched, "bound" | "nodes" | "stopped"> {
  /** The best spends found. */
  readonly plan: Float64Array | undefined
}

interface Node {
  readonly id: number
  readonly bound: number
  readonly settled: Settled
}

const precedes = (a: Node, b: Node) => a.bound > b.bound || (a.bound === b.bound && a.id < b.id)

/** The share of a bound to which its prices are sought: until anything is found, and after that. */
const rough = 1e-4
const ofNode = wanted / 5

/** Bands are narrowed again once they have become this share of what they were. */
const worthwhile = 0.8

/** Where adstocks end so early that so many nodes do not do, envelopes serve as well. */
const mostWithEnds = 60

/** Steps that prices get even where the time is up: at none of them nothing is known of the bound. */
const leastSteps = 6

/**
 * The best plan of channels that are chains, by branch and price (Barnhart and others, "Branch-and-price", 1998): each
 * node's bound is that of the channels by themselves at the best prices of what binds them together, and a node is
 * split where the plans of one channel that are mixed at those differ most. The node with the highest bound comes next.
 * Where adstocks end, bands are narrowed in every node by what plans better than the best known can be in: the
 * narrower, the less is lost by the prices of what leaves exposures. Where the first bound leaves channels so little that
 * grids over it are finer, all begins anew on those.
 */
export function searchChains(lagrangian: Lagrangian, means: Means, known: Known = {}): SearchedChains {
  const { inside, until = Infinity } = known
  const { lones, whole, model } = lagrangian
  const { solver, expired, mostNodes } = means
  const found = new Found(lagrangian, means, inside, until)
  for (const plan of [known.start, inside]) if (plan) found.offer(plan)
  const least = lones.map(({ chain }) => Float64Array.from(chain.domains, ({ low }) => low))
  const pool = least.map((plan, c) => [lagrangian.columnOf(c, plan)])
  const open = new Heap<Node>(precedes)
  const hasEnd = lones.some(({ chain }) => chain.lost > 0)
  const most = hasEnd ? Math.min(mostNodes, mostWithEnds) : mostNodes
  let nodes = 0
  let size = 0
  /** The highest bound of what is not looked into further. */
  let closed = -Infinity

  const settled = (part: Part, prices: Prices) =>
    settle(lagrangian, part, prices, pool, { solver, expired, enough: found.enough, wanted: ofNode })

  /** A part whose bands no bound narrows much further. */
  function narrowest(part: Part, prices: Prices, above: number): Omit<Node, "id"> {
    let bound = above
    let at = settled(part, prices)
    for (;;) {
      size = Math.max(size, at.bound.size)
      bound = Math.min(bound, at.bound.value)
      if (!(bound > found.enough)) return { bound, settled: at }
      found.improve(at)
      if (!hasEnd || !(bound > found.enough) || expired()) return { bound, settled: at }
      const bands = lagrangian.within(at.part, at.prices, found.enough)
      closed = Math.max(closed, found.enough)
      const isLittle = !(lagrangian.widthOf(bands) <= worthwhile * lagrangian.widthOf(at.part.bands))
      const left = { ...at.part, bands }
      if (isLittle) return { bound, settled: { ...at, part: left } }
      at = settled(left, at.prices)
    }
  }

  function visit(part: Part, prices: Prices, above: number): void {
    nodes++
    const { bound, settled: at } = narrowest(part, prices, above)
    if (bound - at.blur > (hasEnd ? found.allowed : found.enough)) open.push({ id: nodes, bound, settled: at })
    else closed = Math.max(closed, bound)
  }

  const free = {
    rows: new Float64Array(model.polytope.rows.length),
    target: 0,
    rates: lones.map(({ chain }) => new Float64Array(chain.past.length)),
  }
  const how = { solver, expired, enough: found.enough, wanted: rough, leastSteps }
  const first = settle(lagrangian, { bands: whole, levels: whole.map(() => 0) }, free, pool, how)
  found.improve(first)
  const start = found.plan
  const isOpen = start !== undefined && first.bound.value > found.enough && !expired()
  const focused = isOpen && lagrangian.focused(lagrangian.within(first.part, first.prices, found.enough))
  if (focused) {
    const { bound, ...rest } = searchChains(focused, means, { ...known, start })
    // What is left out may be worth as much
    return { ...rest, bound: { ...bound, value: Math.max(bound.value, found.enough) } }
  }
  visit(first.part, first.prices, first.bound.value)
  let stopped: Branched["stopped"] = null
  for (let node = open.first; node; node = open.first) {
    if (!(node.bound > (hasEnd ? found.allowed : found.enough))) break
    stopped = expired() ? "deadline" : nodes >= mostNodes ? "limit" : null
    if (stopped || nodes >= most) break
    open.pop()
    const parts = split(lagrangian, node.settled)
    if (parts.length === 0) closed = Math.max(closed, node.bound)
    for (const part of parts) visit(part, node.settled.prices, node.bound)
  }
  const bound = { value: Math.max(closed, open.first?.bound ?? -Infinity, found.value), size }
  return { plan: found.plan, bound, nodes, stopped }
}
