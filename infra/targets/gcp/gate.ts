import { createHash } from "node:crypto"
import * as gcp from "@pulumi/gcp"
import * as pulumi from "@pulumi/pulumi"
import type { RolloutSpec } from "../../spec/stack-spec.ts"
import type { ProcessArgs } from "../../spec/target.ts"
import { seconds } from "../../spec/units.ts"
import { appContainer, limitsOf, vpcAccess } from "./containers.ts"
import type { Identity } from "./identity.ts"
import type { Network } from "./network.ts"
import type { Scope } from "./scope.ts"
import type { Vault } from "./secrets.ts"
import { placeSettings } from "./settings.ts"

/** How long Cloud Run may take to begin the execution, beside the gate's own time. */
const startingSeconds = 600

export interface Gate {
  readonly job: gcp.cloudrunv2.Job
  /** Names what has passed. Whatever serves holds it, so that nothing of a release serves before, or after a failure. */
  readonly passed: pulumi.Output<string>
}

export interface GateArgs {
  readonly identity: Identity
  readonly network: Network
  readonly vault: Vault
  /** What must stand before it starts. */
  readonly after: readonly pulumi.Resource[]
}

/**
 * A job whose execution the provider waits for: the job is ready when the execution has succeeded. Cloud Run forgets the
 * token once somebody executes the job in another way, and refuses it when it is sent again
 * (https://github.com/GoogleCloudPlatform/magic-modules/pull/19060).
 */
export function createGate(
  scope: Scope,
  { gateTimeout }: RolloutSpec,
  process: ProcessArgs,
  { identity, network, vault, after }: GateArgs,
): Gate {
  const { variables, secrets } = placeSettings(process, vault)
  const timeout = seconds(gateTimeout)
  const template = {
    serviceAccount: identity.account.email,
    executionEnvironment: "EXECUTION_ENVIRONMENT_GEN2",
    timeout: `${timeout}s`,
    maxRetries: 0,
    vpcAccess: vpcAccess(scope, network, "gate"),
    containers: [
      {
        ...appContainer("gate", process.release.reference, variables),
        resources: { limits: limitsOf(scope.context.spec.workloads.api.size.limit) },
      },
    ],
  }
  const token = pulumi.output(template.containers).apply(tokenOf)
  const wait = `${timeout + startingSeconds}s`
  const job = new gcp.cloudrunv2.Job(
    "gate",
    {
      name: scope.name("job", "gate"),
      location: scope.region,
      runExecutionToken: token,
      template: { taskCount: 1, parallelism: 1, labels: scope.labels, template },
      deletionProtection: false,
      labels: scope.labels,
    },
    {
      ...scope.inside(...vault.grant(identity, secrets), ...after, ...process.after),
      customTimeouts: { create: wait, update: wait },
      // Its name is taken while it is there, and to replace it is the way to run the same gate again.
      deleteBeforeReplace: true,
    },
  )
  return { job, passed: pulumi.all([job.terminalConditions, token]).apply(([found, what]) => provenBy(found, what)) }
}

/**
 * Names the execution by what it proves: another image or another setting is proven anew, the same is not run twice.
 * No secret is in it, only the versions that hold them.
 */
export const tokenOf = (containers: unknown): string =>
  createHash("sha256").update(JSON.stringify(containers)).digest("hex").slice(0, 12)

/**
 * A provider that was told to go on after a failed execution would find nothing left to do. What the job says of itself
 * decides, so such a release is refused for as long as its job has not passed.
 */
export function provenBy(
  conditions: readonly { readonly type: string; readonly state: string }[],
  token: string,
): string {
  const ready = conditions.find(({ type }) => type === "Ready")
  if (ready?.state === "CONDITION_SUCCEEDED") return token
  throw new pulumi.RunError(
    `The gate ${token} has not passed (${ready?.state ?? "it says nothing"}), so nothing of this release serves: ` +
      "see its logs, and run it again by replacing the gate's job: pulumi up --replace URN",
  )
}
