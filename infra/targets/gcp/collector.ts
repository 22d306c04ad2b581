import * as gcp from "@pulumi/gcp"
import * as pulumi from "@pulumi/pulumi"
import { stringify } from "yaml"
import { routes } from "../../../app/contract/routes.ts"
import { service } from "../../../app/contract/service.ts"
import { gatewayPorts } from "../../spec/gateway.ts"
import type { Size } from "../../spec/stack-spec.ts"
import { containerNames, servingResources } from "./containers.ts"
import { type Companion, secretVolume } from "./gateway.ts"
import type { Identity } from "./identity.ts"
import type { Scope } from "./scope.ts"
import type { Vault } from "./secrets.ts"

/** Google's own, by its whole version: https://cloud.google.com/stackdriver/docs/managed-prometheus/cloudrun-sidecar */
const image = "us-docker.pkg.dev/cloud-ops-agents-artifacts/cloud-run-gmp-sidecar/cloud-run-gmp-sidecar:1.2.0"

export const collectorSize: Size = { cpu: "0.25 vCPU", memory: "512 MiB" }

/** Where it looks for its configuration; the same page. */
const place = { folder: "/etc/rungmp", file: "config.yaml" } as const

/** Reads the metrics of the app and of Kong in its instance, and writes them to Managed Prometheus. */
export function createCollector(scope: Scope, vault: Vault): Companion {
  const text = stringify(monitoringOf(scope.name("compute", "api")), { lineWidth: 0 })
  const configuration = vault.keep("collector-config", pulumi.output(text))
  return {
    container: {
      name: containerNames.collector,
      image,
      dependsOns: [containerNames.app],
      resources: servingResources(collectorSize),
      volumeMounts: [{ name: "collector", mountPath: place.folder }],
    },
    volumes: [secretVolume("collector", configuration, place.file)],
    secrets: [configuration],
  }
}

/** What is read: a RunMonitoring, which is a subset of Kubernetes' PodMonitoring. */
export function monitoringOf(name: string) {
  const endpoint = (port: number) => ({ port, path: routes.metrics, interval: "30s", timeout: "10s" })
  return {
    apiVersion: "monitoring.googleapis.com/v1beta",
    kind: "RunMonitoring",
    metadata: { name },
    spec: {
      endpoints: [endpoint(service.port), endpoint(gatewayPorts.status)],
      targetLabels: { metadata: ["service", "revision", "instance"] },
    },
  }
}

/** Metrics belong to the project, so the right to write them does too. */
export const allowMetrics = (scope: Scope, { name, member }: Identity): pulumi.Resource =>
  new gcp.projects.IAMMember(
    `${name}-writes-metrics`,
    { project: scope.project, role: "roles/monitoring.metricWriter", member },
    scope.inside(),
  )
