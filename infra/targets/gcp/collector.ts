import * as gcp from "@pulumi/gcp"
import * as pulumi from "@pulumi/pulumi"
import { stringify } from "yaml"
import { routes } from "../../../app/contract/routes.ts"
import { service } from "../../../app/contract/service.ts"
import { gatewayPorts } from "../../spec/gateway.ts"
import type { Size } from "../../spec/stack-spec.ts"
import { containerNames } from "./containers.ts"
import type { Runner } from "./firewall.ts"
import { secretVolume } from "./gateway.ts"
import type { Identity } from "./identity.ts"
import type { Scope } from "./scope.ts"
import type { Vault } from "./secrets.ts"

/**
 * Google's own, by its whole version: https://cloud.google.com/stackdriver/docs/managed-prometheus/cloudrun-sidecar
 * Since 1.9 it knows worker pools too, whose name it writes as the namespace, as it writes a service's:
 * https://github.com/GoogleCloudPlatform/run-gmp-sidecar (VERSION, confgenerator/testdata/builtin-workerpool)
 */
export const collectorImage =
  "us-docker.pkg.dev/cloud-ops-agents-artifacts/cloud-run-gmp-sidecar/cloud-run-gmp-sidecar:1.9.2"

export const collectorSize: Size = { cpu: "0.25 vCPU", memory: "512 MiB" }

/** Where it looks for its configuration; the same page. */
const place = { folder: "/etc/rungmp", file: "config.yaml" } as const

/** Where an instance tells of itself: the app, and in a service's the gateway too. */
const endpoints = { service: [service.port, gatewayPorts.status], pool: [service.port] } as const

export type Instance = keyof typeof endpoints

/** A container that reads the metrics of its instance, and writes them to Managed Prometheus; without its size. */
export function createCollector(scope: Scope, vault: Vault, runner: Runner, instance: Instance) {
  const text = stringify(monitoringOf(scope.name("compute", runner), instance), { lineWidth: 0 })
  const configuration = vault.keep(`${runner}-collector-config`, pulumi.output(text))
  return {
    container: {
      name: containerNames.collector,
      image: collectorImage,
      dependsOns: [containerNames.app],
      volumeMounts: [{ name: "collector", mountPath: place.folder }],
    },
    volumes: [secretVolume("collector", configuration, place.file)],
    secrets: [configuration],
  }
}

/** What is read: a RunMonitoring, which is a subset of Kubernetes' PodMonitoring. A pool has no service to name. */
export function monitoringOf(name: string, instance: Instance) {
  return {
    apiVersion: "monitoring.googleapis.com/v1beta",
    kind: "RunMonitoring",
    metadata: { name },
    spec: {
      endpoints: endpoints[instance].map((port) => ({ port, path: routes.metrics, interval: "30s", timeout: "10s" })),
      targetLabels: { metadata: [...(instance === "service" ? ["service"] : []), "revision", "instance"] },
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
