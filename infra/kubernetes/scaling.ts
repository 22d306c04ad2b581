import type { Input } from "@pulumi/pulumi"
import { metrics as appMetrics } from "../../app/contract/metrics.ts"
import { queue } from "../../app/contract/queue.ts"
import type { WorkloadName } from "../../app/contract/roles.ts"
import { routes } from "../../app/contract/routes.ts"
import { keyOf } from "../container/settings.ts"
import type { ScalingSpec, ScalingStep, WorkloadSpec } from "../spec/stack-spec.ts"
import { seconds } from "../spec/units.ts"
import type { ClusterMetrics, SecretStore } from "./inputs.ts"
import { type Labels, metadataOf } from "./labels.ts"
import { names } from "./names.ts"

/**
 * Scaling by KEDA (https://keda.sh/docs/latest/reference/scaledobject-spec/), which makes the HorizontalPodAutoscaler:
 * a second one beside it would fight it.
 */

interface Trigger {
  readonly type: "cpu" | "memory" | "prometheus" | "postgresql"
  readonly metricType: "Utilization" | "AverageValue"
  readonly metadata: Readonly<Record<string, Input<string>>>
  readonly authenticationRef?: { readonly name: string }
}

/** The names of the TriggerAuthentications. */
export const authentications = { queue: "optimizer-queue", metrics: "optimizer-metrics" } as const

/** How often KEDA asks, in seconds: as often as the HorizontalPodAutoscaler decides. */
const pollingSeconds = 15

/** Jobs that wait, as the app's own metric of waiting jobs counts them. */
export const queuedJobsQuery = `SELECT count(*) FROM ${queue.schema}.job WHERE name = '${queue.name}' AND ${queue.waiting}`

const probed = [routes.health, routes.ready, routes.metrics].join("|")

/** Requests a second of all replicas together, without the ones of probes and collectors. */
export const requestsQuery = `sum(rate(${appMetrics.httpRequests.name}{namespace="${names.namespace}",route!~"${probed}"}[2m]))`

/** A trigger for each signal that is asked for; the largest count that any of them asks for wins. */
function triggersOf({ signals }: ScalingSpec, metrics: ClusterMetrics): Trigger[] {
  const { cpuPercent, memoryPercent, requestsPerSecond, queuedJobs } = signals
  const utilization = (type: "cpu" | "memory", percent: number | undefined): Trigger[] =>
    percent === undefined ? [] : [{ type, metricType: "Utilization", metadata: { value: String(percent) } }]
  return [
    ...utilization("cpu", cpuPercent),
    ...utilization("memory", memoryPercent),
    ...(requestsPerSecond === undefined ? [] : [requestsTrigger(requestsPerSecond, metrics)]),
    ...(queuedJobs === undefined ? [] : [queueTrigger(queuedJobs)]),
  ]
}

/** https://keda.sh/docs/latest/scalers/prometheus/ */
const requestsTrigger = (perReplica: number, { prometheusUrl, awsRegion }: ClusterMetrics): Trigger => ({
  type: "prometheus",
  metricType: "AverageValue",
  metadata: {
    serverAddress: prometheusUrl,
    query: requestsQuery,
    threshold: String(perReplica),
    ...(awsRegion === undefined ? {} : { awsRegion }),
  },
  ...(awsRegion === undefined ? {} : { authenticationRef: { name: authentications.metrics } }),
})

/** https://keda.sh/docs/latest/scalers/postgresql/ */
const queueTrigger = (perReplica: number): Trigger => ({
  type: "postgresql",
  metricType: "AverageValue",
  metadata: { query: queuedJobsQuery, targetQueryValue: String(perReplica) },
  authenticationRef: { name: authentications.queue },
})

const behaviorOf = ({ percentPerMinute, after }: ScalingStep) => ({
  stabilizationWindowSeconds: seconds(after),
  policies: [{ type: "Percent", value: percentPerMinute, periodSeconds: 60 }],
})

export const scaledObjectArgs = (
  name: WorkloadName,
  { replicas, scaling }: WorkloadSpec,
  metrics: ClusterMetrics,
  labels: Labels,
) => ({
  apiVersion: "keda.sh/v1alpha1",
  kind: "ScaledObject",
  metadata: metadataOf(names.deployments[name], labels),
  spec: {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: names.deployments[name] },
    minReplicaCount: replicas.min,
    maxReplicaCount: replicas.max,
    pollingInterval: pollingSeconds,
    advanced: {
      horizontalPodAutoscalerConfig: {
        name: names.autoscalers[name],
        behavior: { scaleDown: behaviorOf(scaling.down), scaleUp: behaviorOf(scaling.up) },
      },
    },
    triggers: triggersOf(scaling, metrics),
  },
})

const authentication = (name: string, labels: Labels, spec: Readonly<Record<string, unknown>>) => ({
  apiVersion: "keda.sh/v1alpha1",
  kind: "TriggerAuthentication",
  metadata: metadataOf(name, labels),
  spec,
})

/** KEDA reads the queue as the app does, by the URL in the Secret, or in the store that has it. */
export function queueAuthenticationArgs(labels: Labels, store: SecretStore | undefined) {
  const [parameter, key] = ["connection", keyOf("DATABASE_URL")]
  const spec = store?.authentication(key, parameter) ?? {
    secretTargetRef: [{ parameter, name: names.secrets, key }],
  }
  return authentication(authentications.queue, labels, spec)
}

/** The identity of KEDA's operator signs the queries. https://keda.sh/docs/latest/authentication-providers/aws/ */
export const metricsAuthenticationArgs = (labels: Labels) =>
  authentication(authentications.metrics, labels, { podIdentity: { provider: "aws" } })
