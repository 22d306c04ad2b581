import assert from "node:assert/strict"
import { test } from "node:test"
import { podMonitorArgs, scrapeAnnotations } from "../../../infra/kubernetes/discovery.ts"
import {
  metricsAuthenticationArgs,
  queueAuthenticationArgs,
  queuedJobsQuery,
  requestsQuery,
  scaledObjectArgs,
} from "../../../infra/kubernetes/scaling.ts"
import { production } from "./stack.ts"

const labels = { team: "marketing" }
const metrics = { prometheusUrl: "http://prometheus:9090", discovery: "annotations" } as const
const behavior = {
  scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: "Percent", value: 10, periodSeconds: 60 }] },
  scaleUp: { stabilizationWindowSeconds: 60, policies: [{ type: "Percent", value: 50, periodSeconds: 60 }] },
}

test("the api scales as the guide's autoscaler does", () => {
  assert.deepEqual(scaledObjectArgs("api", production.workloads.api, metrics, labels), {
    apiVersion: "keda.sh/v1alpha1",
    kind: "ScaledObject",
    metadata: { name: "atlas", namespace: "optimizer", labels },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "atlas" },
      minReplicaCount: 2,
      maxReplicaCount: 10,
      pollingInterval: 15,
      advanced: { horizontalPodAutoscalerConfig: { name: "optimizer-hpa", behavior } },
      triggers: [
        { type: "cpu", metricType: "Utilization", metadata: { value: "70" } },
        { type: "memory", metricType: "Utilization", metadata: { value: "80" } },
        {
          type: "prometheus",
          metricType: "AverageValue",
          metadata: { serverAddress: "http://prometheus:9090", query: requestsQuery, threshold: "100" },
        },
      ],
    },
  })
})

test("the worker scales by the jobs that wait", () => {
  const { spec } = scaledObjectArgs("worker", production.workloads.worker, metrics, labels)
  assert.deepEqual(spec, {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "atlas-worker" },
    minReplicaCount: 1,
    maxReplicaCount: 10,
    pollingInterval: 15,
    advanced: { horizontalPodAutoscalerConfig: { name: "optimizer-worker-hpa", behavior } },
    triggers: [
      {
        type: "postgresql",
        metricType: "AverageValue",
        metadata: { query: queuedJobsQuery, targetQueryValue: "10" },
        authenticationRef: { name: "optimizer-queue" },
      },
    ],
  })
  assert.deepEqual(queueAuthenticationArgs(labels, undefined), {
    apiVersion: "keda.sh/v1alpha1",
    kind: "TriggerAuthentication",
    metadata: { name: "optimizer-queue", namespace: "optimizer", labels },
    spec: { secretTargetRef: [{ parameter: "connection", name: "optimizer-secrets", key: "database-url" }] },
  })
})

test("the queries are of the app's own metric, table and queue", () => {
  assert.equal(queuedJobsQuery, "SELECT count(*) FROM pgboss.job WHERE name = 'optimize' AND state < 'active'")
  assert.equal(
    requestsQuery,
    'sum(rate(http_requests_total{namespace="optimizer",route!~"/health|/ready|/metrics"}[2m]))',
  )
})

test("queries of Amazon Managed Prometheus are signed in its region", () => {
  const region = { ...metrics, awsRegion: "eu-west-1" }
  const { spec } = scaledObjectArgs("api", production.workloads.api, region, labels)
  assert.deepEqual(spec.triggers[2], {
    type: "prometheus",
    metricType: "AverageValue",
    metadata: {
      serverAddress: "http://prometheus:9090",
      query: requestsQuery,
      threshold: "100",
      awsRegion: "eu-west-1",
    },
    authenticationRef: { name: "optimizer-metrics" },
  })
  assert.deepEqual(metricsAuthenticationArgs(labels).spec, { podIdentity: { provider: "aws" } })
})

test("a collector is told of the metrics in one way, not in two", () => {
  assert.deepEqual(scrapeAnnotations({ discovery: "annotations" }), {
    "prometheus.io/scrape": "true",
    "prometheus.io/port": "8000",
    "prometheus.io/path": "/metrics",
  })
  assert.deepEqual(scrapeAnnotations({ discovery: "pod-monitor" }), {})
  assert.deepEqual(podMonitorArgs(labels).spec, {
    selector: {
      matchExpressions: [{ key: "app", operator: "In", values: ["optimizer", "optimizer-worker"] }],
    },
    podMetricsEndpoints: [{ port: "http", path: "/metrics" }, { port: "status" }],
  })
})
