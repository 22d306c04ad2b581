import type { WorkloadName } from "../../app/contract/roles.ts"
import type { Scaling, WorkloadScaling } from "../../app/contract/scaling.ts"
import type { ScalingStep, WorkloadSpec } from "./stack-spec.ts"
import { seconds } from "./units.ts"

/** The workloads that the scaler sets, by the ids of what holds their counts. */
export type Scaled = Readonly<Partial<Record<WorkloadName, Pick<WorkloadScaling, "resource" | "requestsFrom">>>>

/** The value of SCALING: the spec's bounds and rates, beside the ids that only a cloud knows. */
export function scalingText(workloads: Readonly<Record<WorkloadName, WorkloadSpec>>, scaled: Scaled): string {
  const scaling: Scaling = Object.fromEntries(
    Object.entries(scaled).map(([name, ids]) => {
      const { replicas, scaling } = workloads[name as WorkloadName]
      const { min, max } = replicas
      return [name, { ...ids, min, max, signals: scaling.signals, up: step(scaling.up), down: step(scaling.down) }]
    }),
  )
  return JSON.stringify(scaling)
}

const step = ({ percentPerMinute, after }: ScalingStep) => ({ percentPerMinute, afterSeconds: seconds(after) })
