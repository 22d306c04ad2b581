import * as aws from "@pulumi/aws"
import type * as pulumi from "@pulumi/pulumi"
import { stringify } from "yaml"
import { routes } from "../../../app/contract/routes.ts"
import { names, portNames } from "../../kubernetes/index.ts"
import type { Cluster } from "./cluster.ts"
import type { Network } from "./network.ts"
import type { Scope } from "./scope.ts"
import type { SecurityGroups } from "./security.ts"

export interface Metrics {
  readonly workspaceArn: pulumi.Output<string>
  readonly workspaceId: pulumi.Output<string>
  /** The base of the query API. */
  readonly url: pulumi.Output<string>
}

/** Managed Prometheus, and its collector, which reads the pods from the private subnets. */
export function createMetrics(scope: Scope, cluster: Cluster, network: Network, groups: SecurityGroups): Metrics {
  const { parent } = scope
  const alias = scope.name("metrics", "")
  const workspace = new aws.amp.Workspace("metrics", { alias, tags: scope.tags("metrics") }, { parent })
  new aws.amp.Scraper(
    "metrics-scraper",
    {
      alias,
      source: {
        eks: {
          clusterArn: cluster.cluster.arn,
          subnetIds: network.privateSubnets.map(({ id }) => id),
          securityGroupIds: [groups.scraper.id],
        },
      },
      destination: { amp: { workspaceArn: workspace.arn } },
      scrapeConfiguration: stringify(scrapeConfiguration(names.namespace), { lineWidth: 0 }),
      tags: scope.tags("metrics-scraper"),
    },
    { parent },
  )
  return {
    workspaceArn: workspace.arn,
    workspaceId: workspace.id,
    url: workspace.prometheusEndpoint.apply((url) => url.replace(/\/$/, "")),
  }
}

/**
 * What the collector reads: every container port of the namespace that serves metrics, by its name, since an annotation
 * could name only one of a pod. https://docs.aws.amazon.com/prometheus/latest/userguide/AMP-collector-how-to.html
 */
export function scrapeConfiguration(namespace: string) {
  const label = (source: string, target: string) => ({
    source_labels: [`__meta_kubernetes_${source}`],
    target_label: target,
  })
  return {
    global: { scrape_interval: "30s", scrape_timeout: "10s" },
    scrape_configs: [
      {
        job_name: "pods",
        metrics_path: routes.metrics,
        kubernetes_sd_configs: [{ role: "pod", namespaces: { names: [namespace] } }],
        relabel_configs: [
          {
            source_labels: ["__meta_kubernetes_pod_container_port_name"],
            regex: `${portNames.app}|${portNames.status}`,
            action: "keep",
          },
          label("namespace", "namespace"),
          label("pod_name", "pod"),
          label("pod_container_name", "container"),
        ],
      },
    ],
  }
}
