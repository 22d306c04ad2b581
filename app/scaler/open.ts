import type { WorkloadScaling } from "../contract/scaling.ts"
import type { CloudOptions, ScaledWorkload } from "./cloud.ts"
import { cloudOf } from "./scaling.ts"

/**
 * Opens a workload on its cloud. The vendor's SDK is loaded here and by nobody else, so that a process without the role
 * does not carry it.
 */
export async function openWorkload(scaling: WorkloadScaling, options: CloudOptions): Promise<ScaledWorkload> {
  const cloud = cloudOf(scaling.resource)
  if (cloud === "google") {
    const { openWorkerPool } = await import("./google.ts")
    return openWorkerPool(scaling)
  }
  if (cloud === "azure") {
    const { openContainerGroups } = await import("./azure.ts")
    return openContainerGroups(scaling, options)
  }
  throw new Error(`${scaling.resource} is on no cloud whose counts can be set.`)
}
