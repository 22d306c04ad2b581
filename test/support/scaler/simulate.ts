import { decide, recordChange } from "../../../app/scaler/decide.ts"
import type { ScalingState } from "../../../app/scaler/limit.ts"
import type { Observation } from "../../../app/scaler/observation.ts"
import { HorizontalController } from "./hpa.ts"
import type { Shape } from "./shapes.ts"

/** The HPA's period. */
export const periodSeconds = 15

export interface Step {
  readonly seconds: number
  readonly load: number
  /** The count before this round. */
  readonly count: number
}

/** One round: the count that a scaler leaves, given what there is. */
export type Round = (now: number, current: number, observation: Observation) => number

export function loadAt({ load }: Shape, minute: number): number {
  const after = load.findIndex(([at]) => at > minute)
  const [from, to] = after < 0 ? [load.at(-1), load.at(-1)] : [load[after - 1], load[after]]
  if (from === undefined || to === undefined) throw new Error(`The shape says nothing of minute ${minute}`)
  const share = to[0] === from[0] ? 0 : (minute - from[0]) / (to[0] - from[0])
  return from[1] + (to[1] - from[1]) * share
}

/** What can be read of the load while `count` replicas share it. */
export function observe(shape: Shape, minute: number, count: number): Observation {
  if (shape.blind && minute >= shape.blind[0] && minute < shape.blind[1]) return {}
  const load = loadAt(shape, minute)
  if (shape.as !== "cpuPercent") return { [shape.as]: load }
  return { cpuPercent: { percent: Math.min(100, load / count), replicas: count } }
}

/** Runs a shape from its beginning to its end, a round each period; what one round sets, the next finds. */
export function simulate(shape: Shape, round: Round): Step[] {
  const steps: Step[] = []
  let count = shape.start
  for (let seconds = 0; seconds <= shape.minutes * 60; seconds += periodSeconds) {
    const minute = seconds / 60
    steps.push({ seconds, load: loadAt(shape, minute), count })
    count = round(seconds, count, observe(shape, minute, count))
  }
  return steps
}

/** Rounds of the scaler, whose changes all succeed. */
export function scalerRounds({ scaling }: Pick<Shape, "scaling">): Round {
  let state: ScalingState | undefined
  return (now, current, observation) => {
    const decision = decide({ now, current, observation, scaling, state })
    // Through JSON, because the state is meant to be storable.
    const kept: ScalingState = JSON.parse(JSON.stringify(decision.state))
    const { count } = decision
    state = count === current ? kept : recordChange(kept, { at: now, from: current, to: count })
    return count
  }
}

export function hpaRounds({ scaling }: Pick<Shape, "scaling">): Round {
  const controller = new HorizontalController(scaling)
  return (now, current, observation) => controller.reconcile(now, current, observation)
}
