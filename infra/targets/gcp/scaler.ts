import * as gcp from "@pulumi/gcp"
import type * as pulumi from "@pulumi/pulumi"
import { scalingText } from "../../spec/scaling.ts"
import type { ScalerSpec } from "../../spec/stack-spec.ts"
import { createRole, type Identity } from "./identity.ts"
import type { Scope } from "./scope.ts"
import { createPool, type PoolArgs } from "./workers.ts"

export interface ScalerArgs extends Omit<PoolArgs, "description" | "size" | "instances" | "more"> {
  /** The pool whose count it sets, and who runs in that. */
  readonly pool: gcp.cloudrunv2.WorkerPool
  readonly runsAs: Identity
}

/** One instance: a second would only wait for the first one's lock. */
const instances = 1

/** Runs the role that sets the workers' count by the jobs that wait. The api is scaled by Cloud Run itself. */
export function createScaler(scope: Scope, { size }: ScalerSpec, args: ScalerArgs): void {
  const { workloads } = scope.context.spec
  const { pool, runsAs, ...shared } = args
  const grants = allowCounts(scope, shared.identity, pool, runsAs)
  createPool(scope, {
    ...shared,
    description: "Sets the count of the workers",
    size,
    instances,
    more: [{ name: "SCALING", value: pool.id.apply((resource) => scalingText(workloads, { worker: { resource } })) }],
    after: [...shared.after, ...grants],
  })
}

/**
 * Cloud Run has no right to a pool's count apart from the right to change the pool, and whoever changes a pool must be let
 * act as the account that it runs as; Google's own scaler is granted as much, by broader roles:
 * https://cloud.google.com/run/docs/configuring/workerpools/crema-autoscaling
 * So these are of one pool and one account; of the project it sees only whether operations are done.
 */
function allowCounts(
  scope: Scope,
  { member }: Identity,
  pool: gcp.cloudrunv2.WorkerPool,
  runsAs: Identity,
): pulumi.Resource[] {
  const counts = createRole(scope, "counts", "Sets the count of one worker pool", [
    "run.workerpools.get",
    "run.workerpools.update",
  ])
  const acts = createRole(scope, "acts", "Acts as one service account", ["iam.serviceAccounts.actAs"])
  const operations = createRole(scope, "operations", "Sees whether a change is done", ["run.operations.get"])
  return [
    new gcp.cloudrunv2.WorkerPoolIamMember(
      "scaler-sets-counts",
      { project: scope.project, location: scope.region, name: pool.name, role: counts.name, member },
      scope.inside(),
    ),
    new gcp.serviceaccount.IAMMember(
      "scaler-acts-as-worker",
      { serviceAccountId: runsAs.account.name, role: acts.name, member },
      scope.inside(),
    ),
    new gcp.projects.IAMMember(
      "scaler-sees-operations",
      { project: scope.project, role: operations.name, member },
      scope.inside(),
    ),
  ]
}
