/** What an identity may do: pure, so that a test can hold each role to what it must allow and no more. */
export interface RoleSpec {
  readonly description: string
  readonly actions: readonly string[]
  readonly dataActions: readonly string[]
}

/** Roles of Azure's own: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
export const builtInRoles = {
  /** Pulls images of a registry: AcrPull. */
  pullImages: "7f951dda-4ed3-4680-a7ca-43fe172d538d",
  /** Reads the values of a vault's secrets: Key Vault Secrets User. */
  readSecrets: "4633458b-17de-408a-b874-0445c86b69e6",
  /** Writes metrics by a data collection rule: Monitoring Metrics Publisher. */
  writeMetrics: "3913510d-42f4-4e42-8a64-420c390055eb",
} as const

const storage = "Microsoft.Storage/storageAccounts/blobServices/containers"
const containers = "Microsoft.ContainerInstance"

export const roles = {
  /** The worker writes and reads exports. It deletes none: the account's own rule does, so a broken worker cannot. */
  archive: {
    description: "Reads and writes the portable exports, and deletes none",
    actions: [`${storage}/read`],
    dataActions: [`${storage}/blobs/read`, `${storage}/blobs/write`, `${storage}/blobs/add/action`],
  },
  /** Who waits for the gate: it reads how the group ended, and may end or repeat it. */
  gatekeeper: {
    description: "Reads how the gate of a release ended, ends one that takes too long, and repeats one that failed",
    actions: ["read", "start/action", "stop/action", "containers/logs/read"].map(
      (action) => `${containers}/containerGroups/${action}`,
    ),
    dataActions: [],
  },
  /** The scaler's eyes: what the groups take of processor and memory, and how many requests the gateway had. */
  observer: {
    description: "Reads the metrics of the container groups and of the application gateway",
    actions: [`${containers}/containerGroups/read`, "Microsoft.Insights/metrics/read"],
    dataActions: [],
  },
  /** The scaler's hand, given for each set by itself. A count is a property of the set, so it may write the set. */
  setter: {
    description: "Reads a set of container groups and writes its count",
    actions: [`${containers}/nGroups/read`, `${containers}/nGroups/write`],
    dataActions: [],
  },
} as const satisfies Record<string, RoleSpec>

export type RoleName = keyof typeof roles
