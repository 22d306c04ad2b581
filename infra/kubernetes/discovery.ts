import { routes } from "../../app/contract/routes.ts"
import { service } from "../../app/contract/service.ts"
import type { ClusterMetrics } from "./inputs.ts"
import { type Labels, metadataOf, workloadSelector } from "./labels.ts"
import { names, portNames } from "./names.ts"

/** The guide's annotations, for a Prometheus that looks for them; they can name one port, which is the app's. */
export const scrapeAnnotations = ({
  discovery,
}: Pick<ClusterMetrics, "discovery">): Readonly<Record<string, string>> =>
  discovery === "annotations"
    ? {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": String(service.port),
        "prometheus.io/path": routes.metrics,
      }
    : {}

/** The Prometheus operator's: the app's metrics, and Kong's on the operator's own default path, which is Kong's too. */
export const podMonitorArgs = (labels: Labels) => ({
  apiVersion: "monitoring.coreos.com/v1",
  kind: "PodMonitor",
  metadata: metadataOf(names.deployments.api, labels),
  spec: {
    selector: workloadSelector,
    podMetricsEndpoints: [{ port: portNames.app, path: routes.metrics }, { port: portNames.status }],
  },
})
