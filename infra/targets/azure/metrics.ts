import * as monitor from "@pulumi/azure-native/monitor/index.js"
import * as pulumi from "@pulumi/pulumi"
import { assignRole, builtInRole, type Identity } from "./identity.ts"
import type { Place } from "./place.ts"

export interface Metrics {
  readonly workspaceId: pulumi.Output<string>
  /** Where collectors write to. */
  readonly writeUrl: pulumi.Output<string>
  /** Each identity's permission to write. */
  readonly allowed: readonly pulumi.Resource[]
}

/** The version of the address to which collectors write; the page of `createMetrics`. */
const writeVersion = "2023-04-24"
/** By which an endpoint knows Prometheus's own format; the same page. */
const stream = "Microsoft-PrometheusMetrics"
const destination = "workspace"

/**
 * Managed Prometheus: a workspace, and the rule and endpoint by which the collectors write to it.
 * https://learn.microsoft.com/azure/azure-monitor/metrics/prometheus-remote-write
 */
export function createMetrics(place: Place, writers: readonly Identity[]): Metrics {
  const { base, parent } = place
  const workspace = new monitor.AzureMonitorWorkspace(
    "metrics",
    { ...base, azureMonitorWorkspaceName: place.name("metrics", "metrics") },
    { parent },
  )
  const endpoint = new monitor.DataCollectionEndpoint(
    "metrics-endpoint",
    {
      ...base,
      dataCollectionEndpointName: place.name("metrics", "metrics"),
      networkAcls: { publicNetworkAccess: "Enabled" },
    },
    { parent },
  )
  const rule = new monitor.DataCollectionRule(
    "metrics-rule",
    {
      ...base,
      dataCollectionRuleName: place.name("metrics", "metrics"),
      dataCollectionEndpointId: endpoint.id,
      dataFlows: [{ streams: [stream], destinations: [destination] }],
      destinations: { monitoringAccounts: [{ name: destination, accountResourceId: workspace.id }] },
    },
    { parent },
  )
  const allowed = writers.map((identity) =>
    assignRole(place, {
      what: "writes-metrics",
      identity,
      roleDefinitionId: builtInRole(place, "writeMetrics"),
      scope: rule.id,
    }),
  )
  const writeUrl = pulumi
    .all([endpoint.metricsIngestion, rule.immutableId])
    .apply(([ingestion, id]) => `${present(ingestion?.endpoint)}/dataCollectionRules/${id}/streams/${path}`)
  return { workspaceId: workspace.id, writeUrl, allowed }
}

const path = `${stream}/api/v1/write?api-version=${writeVersion}`

function present(endpoint: string | undefined): string {
  if (endpoint === undefined)
    throw new Error("Azure gave the endpoint of metrics no address, so no collector could write")
  return endpoint
}
