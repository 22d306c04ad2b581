import * as gcp from "@pulumi/gcp"
import { routes } from "../../../app/contract/routes.ts"
import { webPorts } from "./ports.ts"
import type { Scope } from "./scope.ts"

/**
 * The days that are left of the certificate that a check from outside was shown, as PromQL names the metric:
 * https://cloud.google.com/monitoring/api/metrics_gcp_i_o#gcp-monitoring and …/monitoring/promql/promql-mapping
 */
const daysLeft = "monitoring_googleapis_com:uptime_check_time_until_ssl_cert_expires"
const resource = "uptime_url"
const DAY = 86_400

/** The seconds that are left; nothing while no check has seen the certificate. */
export const certificateLeft = (domain: string): string =>
  `min(${daysLeft}{monitored_resource="${resource}",host="${domain}"}) * ${DAY}`

/**
 * Google asks the domain from outside, since the network lets no instance out to it. It also reads how long the
 * certificate is good: https://cloud.google.com/monitoring/uptime-checks
 */
export function watchCertificate(scope: Scope, domain: string): void {
  new gcp.monitoring.UptimeCheckConfig(
    "certificate-check",
    {
      project: scope.project,
      displayName: scope.name("compute", "edge"),
      monitoredResource: { type: resource, labels: { project_id: scope.project, host: domain } },
      httpCheck: { path: routes.health, port: webPorts.https, useSsl: true, validateSsl: true },
      // The longest that there is: a certificate ends in days.
      period: "900s",
      timeout: "10s",
      userLabels: scope.labels,
    },
    scope.inside(),
  )
}
