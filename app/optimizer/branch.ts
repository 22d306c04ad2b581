import type { Branching, Relaxed } from "./branching.ts"
import type { Bound } from "./certificate.ts"
import type { Channels } from "./channels.ts"
import { type Part, tally } from "./counting.ts"
import { changed, type Region, regionOf, shapesOf } from "./domain.ts"
import type { Domain } from "./envelope.ts"
import { Heap } from "./heap.ts"
import { Incumbent } from "./incumbent.ts"
import { gapTolerance, type Stopped } from "./problem.ts"
import { type Rounding, roundingOf } from "./rounding.ts"
import { childrenOf } from "./split.ts"
import { thresholdsOf } from "./terms.ts"

export interface Branched<R extends Relaxed = Relaxed> {
  /** The best spends found, with the multipliers that hold near them. */
  readonly best: R | undefined
  /** Nothing feasible is better. */
  readonly bound: Bound
  readonly nodes: number
  /** What ended the search before it was done. */
  readonly stopped: Stopped | null
}

interface Node {
  readonly id: number
  readonly bound: number
  readonly parent: Node | undefined
  readonly changes: ReadonlyMap<number, Domain>
  /** The parts into which it is split. */
  readonly children: readonly Part[]
}

const precedes = (a: Node, b: Node) => a.bound > b.bound || (a.bound === b.bound && a.id < b.id)
const none: ReadonlyMap<number, Domain> = new Map()

/** Nodes are given up once nothing in them is better by more than this: half of what is promised, for rounding. */
export const wanted = gapTolerance / 2

/**
 * The best of a sum of curves, by branch and bound: each node's bound is the optimum with concave envelopes in place of
 * the curves, and a node is split in the channel in which the two lie furthest apart (Udell, Boyd, "Maximizing a sum of
 * sigmoids", 2014). The node with the highest bound comes next: wherever it is stopped, the bound is as low as can be.
 */
export function branchAndBound<R extends Relaxed>(branching: Branching<R>): Branched<R> {
  const { channels, domains, until = Infinity, countAfter = Infinity } = branching
  const incumbent = new Incumbent(branching, wanted)
  if (branching.known) incumbent.offer(branching.known)
  const root = regionOf(channels.shapes, domains)
  /** Once channels are counted. */
  let thresholds: Float64Array | undefined
  let open = new Heap<Node>(precedes)
  let nodes = 0
  let size = 0
  /** The highest bound of what is not looked into further. */
  let closed = -Infinity
  let stopped: Stopped | null = null

  function visit(parent: Node | undefined, { changes: made, use }: Part, from: Region): void {
    nodes++
    const whole = changed(from, channels.shapes, made)
    const narrowed = branching.narrow ? branching.narrow(whole) : none
    if (!narrowed) return
    const region = changed(whole, channels.shapes, narrowed)
    const changes = new Map([...made, ...narrowed])
    // What was solved only as far as was worth while, and then cannot be split, is solved to the end
    for (const enough of [incumbent.enough, undefined]) {
      const relaxed = branching.relax(shapesOf(region), enough)
      if (!relaxed) {
        // Out of time, a solver may call infeasible what it has not solved
        if (branching.expired()) {
          stopped = "deadline"
          closed = Math.max(closed, parent?.bound ?? Infinity)
        }
        return
      }
      const { bound, children } = look(relaxed, region, parent, use)
      if (children) open.push({ id: nodes, bound, parent, changes, children })
      else if (relaxed.rough && bound > incumbent.enough) continue
      else closed = Math.max(closed, bound)
      return
    }
  }

  function look(
    relaxed: R,
    region: Region,
    parent: Node | undefined,
    use: Part["use"],
  ): Pick<Node, "bound"> & Partial<Pick<Node, "children">> {
    size = Math.max(size, relaxed.bound.size)
    const bound = Math.min(relaxed.bound.value, parent?.bound ?? Infinity)
    if (!(bound > incumbent.enough)) return { bound }
    const rounding = roundingOf(branching, region, relaxed)
    improve(branching, incumbent, rounding, nodes)
    if (!(bound > incumbent.enough)) return { bound }
    const counted = thresholds ? tally(branching, thresholds, region, relaxed, incumbent, use) : undefined
    for (const parts of counted?.tries ?? []) incumbent.try(parts)
    closed = Math.max(closed, counted?.closed ?? -Infinity)
    const lower = Math.min(bound, counted?.bound ?? bound)
    if (!(lower > incumbent.enough)) return { bound: lower }
    const slack = relaxed.bound.value - incumbent.value
    const children =
      counted?.parts ?? childrenOf(branching, region, rounding.relaxed, slack)?.map((changes) => ({ changes, use }))
    if (children?.length === 0) return { bound: incumbent.value }
    return children ? { bound: lower, children } : { bound: lower }
  }

  visit(undefined, { changes: none, use: undefined }, root)
  for (let node = open.first; node; node = open.first) {
    if (!(node.bound > incumbent.enough)) break
    if (until < Infinity && (node.bound < until || (incumbent.best && incumbent.value >= until))) break
    stopped = branching.expired() ? "deadline" : nodes >= branching.mostNodes ? "limit" : null
    if (stopped) break
    if (!thresholds && nodes >= countAfter && incumbent.best) {
      thresholds = thresholdsOf(channels.shapes, domains)
      open = new Heap<Node>(precedes)
      visit({ ...node, parent: undefined, changes: none }, { changes: none, use: undefined }, root)
      continue
    }
    open.pop()
    const region = regionAt(node, root, channels)
    for (const changes of node.children) visit(node, changes, region)
  }
  const { best, value } = incumbent
  const bound = { value: Math.max(closed, open.first?.bound ?? -Infinity, value), size }
  // Out of time, a relaxation leaves of its gap what no split closes
  if (!stopped && bound.value > incumbent.enough && branching.expired()) stopped = "deadline"
  return { best, bound, nodes, stopped }
}

/** Climbs are as dear as many nodes: from what is better already, and ever more rarely from elsewhere. */
function improve<R extends Relaxed>(
  { climb, restore }: Branching<R>,
  incumbent: Incumbent<R>,
  { relaxed, holds, others }: Rounding<R>,
  nodes: number,
): void {
  const held = holds ? relaxed : restore?.(relaxed)
  const isBetter = held !== undefined && incumbent.offer(held)
  if (!climb) for (const channels of others) incumbent.try(channels)
  else if (isBetter || Number.isInteger(Math.log2(nodes))) {
    const top = climb((held ?? relaxed).spends)
    if (top) incumbent.offer(top)
  }
}

/** A node's region. It is put together anew each time, because whole regions of many channels fill the memory. */
function regionAt(node: Node, root: Region, { shapes }: Channels): Region {
  const changes = new Map<number, Domain>()
  for (let at: Node | undefined = node; at; at = at.parent)
    for (const [i, domain] of at.changes) if (!changes.has(i)) changes.set(i, domain)
  return changes.size > 0 ? changed(root, shapes, changes) : root
}
