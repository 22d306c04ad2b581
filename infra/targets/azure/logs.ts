import * as monitor from "@pulumi/azure-native/monitor/index.js"
import * as operationalinsights from "@pulumi/azure-native/operationalinsights/index.js"
import * as pulumi from "@pulumi/pulumi"
import { seconds } from "../../spec/units.ts"
import type { Place } from "./place.ts"
import { retentionOf } from "./retention.ts"

const day = 86_400

export interface Logs {
  readonly workspaceId: pulumi.Output<string>
  readonly workspaceName: pulumi.Output<string>
  /** By which queries name the workspace. */
  readonly customerId: pulumi.Output<string>
  /** What every container group sends its lines with. */
  readonly diagnostics: {
    readonly logAnalytics: {
      readonly workspaceId: pulumi.Output<string>
      readonly workspaceKey: pulumi.Output<string>
      readonly logType: "ContainerInstanceLogs"
    }
  }
}

/** Where all logs go: https://learn.microsoft.com/azure/container-instances/container-instances-log-analytics */
export function createLogs(place: Place): Logs {
  const workspace = new operationalinsights.Workspace(
    "logs",
    {
      ...place.base,
      workspaceName: place.name("workspace", ""),
      sku: { name: "PerGB2018" },
      retentionInDays: retentionOf(seconds(place.context.spec.logs.keep) / day),
    },
    { parent: place.parent },
  )
  const asked = { resourceGroupName: place.group, workspaceName: workspace.name }
  const keys = operationalinsights.getSharedKeysOutput(asked, { parent: workspace })
  const workspaceKey = pulumi.secret(keys.apply(({ primarySharedKey }) => present(primarySharedKey)))
  return {
    workspaceId: workspace.id,
    workspaceName: workspace.name,
    customerId: workspace.customerId,
    diagnostics: {
      logAnalytics: { workspaceId: workspace.customerId, workspaceKey, logType: "ContainerInstanceLogs" },
    },
  }
}

function present(key: string | undefined): string {
  if (key === undefined)
    throw new Error("Azure gave no key of the workspace, so no container group could send its logs")
  return key
}

/** Sends the named kinds of a resource's own logs to the workspace. */
export function sendLogs(
  place: Place,
  { workspaceId }: Logs,
  name: string,
  resourceUri: pulumi.Output<string>,
  categories: readonly string[],
): void {
  new monitor.DiagnosticSetting(
    `${name}-logs`,
    { name, resourceUri, workspaceId, logs: categories.map((category) => ({ category, enabled: true })) },
    { parent: place.parent },
  )
}
