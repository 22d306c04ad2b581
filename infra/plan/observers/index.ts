import type { Observation } from "../observation.ts"
import type { PlannedResource } from "../resource.ts"
import { observeAws } from "./aws.ts"
import { observeAzure } from "./azure.ts"
import { observeCompose } from "./compose.ts"
import { observeGcp } from "./gcp.ts"
import { observeKubernetes } from "./kubernetes.ts"
import { observeLocal } from "./local.ts"

export type Observer = (resources: readonly PlannedResource[]) => Observation

/** Who reads the resources of a target back, by the value of `atlas:cloud`. */
export const observers: Readonly<Record<string, Observer>> = {
  local: observeLocal,
  kubernetes: observeKubernetes,
  compose: observeCompose,
  aws: observeAws,
  gcp: observeGcp,
  azure: observeAzure,
}
