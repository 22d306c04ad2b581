import * as pulumi from "@pulumi/pulumi"
import { stringify } from "yaml"
import { routes } from "../../../app/contract/routes.ts"
import { service } from "../../../app/contract/service.ts"
import { prometheusImage } from "../../observability/index.ts"
import { gatewayPorts } from "../../spec/gateway.ts"
import type { SizeSpec } from "../../spec/stack-spec.ts"
import { type Container, companionProbe, containerNames, type Volume } from "./containers.ts"
import type { ContainerSize } from "./group-sizes.ts"
import type { Identity } from "./identity.ts"
import type { Metrics } from "./metrics.ts"

const amount = { cpu: "0.1 vCPU", memory: "307.2 MiB" } as const
export const collectorSize: SizeSpec = { request: amount, limit: amount }

const port = 9090
const folder = "/etc/collector"
const file = "prometheus.yml"
const volume = "collector"

/**
 * Every collector's addresses are alike, so each gives itself a name when it starts: two replicas must not write the
 * same series.
 */
const command = [
  "/bin/sh",
  "-c",
  [
    "REPLICA=$(cat /proc/sys/kernel/random/uuid) exec /bin/prometheus --agent",
    `--config.file=${folder}/${file}`,
    "--storage.agent.path=/tmp/agent",
    `--web.listen-address=:${port}`,
  ].join(" "),
]

export interface Collector {
  readonly container: Container
  readonly volume: Volume
}

/** Reads what the containers of its group serve, and writes it to Managed Prometheus as the group's identity. */
export function collectorOf(
  metrics: Metrics,
  identity: Identity,
  { hasGateway, size }: { readonly hasGateway: boolean; readonly size: ContainerSize },
): Collector {
  const ports = [service.port, ...(hasGateway ? [gatewayPorts.status] : [])]
  const text = pulumi
    .all([metrics.writeUrl, identity.clientId])
    .apply(([url, clientId]) => stringify(configurationOf(ports, url, clientId), { lineWidth: 0 }))
  return {
    container: {
      name: containerNames.collector,
      image: prometheusImage,
      command,
      resources: size,
      livenessProbe: companionProbe("/-/healthy", port),
      readinessProbe: companionProbe("/-/ready", port),
      volumeMounts: [{ name: volume, mountPath: folder, readOnly: true }],
    },
    volume: { name: volume, secret: { [file]: text.apply((known) => Buffer.from(known).toString("base64")) } },
  }
}

/** https://learn.microsoft.com/azure/azure-monitor/metrics/prometheus-remote-write-virtual-machines */
export const configurationOf = (ports: readonly number[], url: string, clientId: string) => ({
  global: {
    scrape_interval: "30s",
    scrape_timeout: "10s",
    external_labels: { replica: ["$", "{REPLICA}"].join("") },
  },
  scrape_configs: [
    {
      job_name: "replica",
      metrics_path: routes.metrics,
      static_configs: [{ targets: ports.map((one) => `127.0.0.1:${one}`) }],
    },
  ],
  remote_write: [{ url, azuread: { cloud: "AzurePublic", managed_identity: { client_id: clientId } } }],
})
