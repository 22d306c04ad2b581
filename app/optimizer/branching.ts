import type { Bound, Multipliers } from "./certificate.ts"
import type { Channels } from "./channels.ts"
import type { Region } from "./domain.ts"
import type { Domain } from "./envelope.ts"
import type { Goal } from "./goal.ts"
import type { Ray } from "./terms.ts"

/** The best of concave channels within the rest of a problem, with its certificate. */
export interface Relaxed {
  readonly spends: Float64Array
  readonly multipliers: Multipliers
  readonly totalShadowPrice: number
  /** By row, where there are rows. */
  readonly duals?: Float64Array
  readonly bound: Bound
  /** Solved only as far as was worth while beside `enough`. */
  readonly rough?: true
  /** The spends need not meet the rows: only the bound is good. */
  readonly unmet?: true
}

/** A search, whose relaxations are `R`: the best of them comes back as it was found. */
export interface Branching<R extends Relaxed = Relaxed> {
  readonly goal: Goal
  /** The true curves, with the user's own bounds. */
  readonly channels: Channels
  /** What some of its spends spend; their sum if left out. */
  readonly spent?: (spends: Float64Array) => number
  /** Where each channel may be; with finite ends where its curve is convex. */
  readonly domains: readonly Domain[]
  /** By channel index, all channels that are the same in everything, itself included; undefined where there is no other. */
  readonly twins: readonly (readonly number[] | undefined)[]
  /**
   * Solves with concave shapes in place of the curves; undefined where nothing is feasible. A bound no higher than
   * `enough`, or as near to its optimum as is worth while beside that, need not be lower still.
   */
  readonly relax: (channels: Channels, enough?: number) => R | undefined
  /** What a region's domains are narrowed to by all that binds the channels; undefined where nothing is left. */
  readonly narrow?: (region: Region) => ReadonlyMap<number, Domain> | undefined
  /** Whether only a total binds the channels together, so that lines of one slope may share its spend at will. */
  readonly mayShift: boolean
  /** After so many nodes the search begins anew and counts the channels in use (`counting.ts`); without it, never. */
  readonly countAfter?: number
  /** The multipliers among which a count's lowest bound is sought; undefined, or where it gives none, by `rayThrough`. */
  readonly rayOf?: (multipliers: Multipliers) => Ray | undefined
  /** Feasible spends near those of a relaxation that are not, where they are found without solving anything. */
  readonly restore?: (relaxed: R) => R | undefined
  /** Feasible spends to begin with. */
  readonly known?: R
  /** A local optimum near some spends of a relaxation, in place of the choices of concave parts around them. */
  readonly climb?: (spends: Float64Array) => R | undefined
  readonly mostNodes: number
  readonly expired: () => boolean
  /** Any feasible spends of this value will do: the search ends with them, or when there are none. */
  readonly until?: number
}
