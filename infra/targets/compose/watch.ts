import type * as pulumi from "@pulumi/pulumi"
import { observabilityOf, renderDashboard, renderRules } from "../../observability/index.ts"
import type { StackSpec } from "../../spec/stack-spec.ts"
import { replicaNumbers } from "./addresses.ts"
import { images } from "./images.ts"
import { dashboardProvider, datasource, grafanaService, prometheusConf, prometheusService } from "./monitoring.ts"
import { files, placeholder, secretNames, services, templatePath } from "./places.ts"
import { File, Service } from "./resources.ts"

/** The profile `monitoring`: Prometheus judges the alerts, and Grafana shows the dashboard. */
export function createWatch(spec: StackSpec, options: pulumi.CustomResourceOptions): void {
  // The store of metrics is the stack's own, so no label tells its series from others'.
  const { panels, alerts } = observabilityOf(spec)
  const [scrapes, rules] = [prometheusConf(replicaNumbers(spec).length), renderRules(alerts)]
  const [source, provider, dashboard] = [datasource(), dashboardProvider(), renderDashboard(panels)]
  const texts = {
    [files.prometheus]: scrapes,
    [files.rules]: rules,
    [files.datasource]: source,
    [files.provider]: provider,
    [files.dashboard]: dashboard,
    [templatePath("grafana", "password")]: placeholder(secretNames.grafana),
  }
  for (const [path, text] of Object.entries(texts)) new File(path, text, options)
  const prometheus = prometheusService(scrapes + rules, replicaNumbers(spec).length)
  new Service(services.prometheus, { definition: prometheus, imageVariable: images.prometheus.variable }, options)
  // Grafana looks into the dashboard's folder by itself.
  const grafana = grafanaService(source + provider)
  new Service(services.grafana, { definition: grafana, imageVariable: images.grafana.variable }, options)
}
