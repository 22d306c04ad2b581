import { stringify } from "yaml"
import { routes } from "../../../app/contract/routes.ts"
import { service } from "../../../app/contract/service.ts"
import { gatewayPorts } from "../../spec/gateway.ts"
import { images } from "./images.ts"
import { grafanaMemory, prometheusMemory } from "./memory.ts"
import type { ComposeService } from "./model.ts"
import { files, networks, secretsFolder, secretsVolume, services, volumes } from "./places.ts"
import { confined, kept, memoryOf, readOnly, readsText, scratch } from "./words.ts"

/** The profile `monitoring`: Prometheus and Grafana, reached on the server's own loopback address alone. */
const profile = "monitoring"
export const monitoringPorts = { prometheus: 9090, grafana: 3000 } as const

const inFolder = { rules: "/etc/prometheus/rules.yaml", dashboards: "/var/lib/atlas-dashboards" } as const

/** Who is asked: each api, each gateway, and every worker that the name stands for. */
export function prometheusConf(replicas: number): string {
  const numbers = Array.from({ length: replicas }, (_, index) => index + 1)
  const job = (name: string, targets: readonly string[]) => ({ job_name: name, static_configs: [{ targets }] })
  return stringify({
    global: { scrape_interval: "15s", evaluation_interval: "15s" },
    rule_files: [inFolder.rules],
    scrape_configs: [
      {
        ...job(
          "api",
          numbers.map((number) => `${services.api(number)}:${service.port}`),
        ),
        metrics_path: routes.metrics,
      },
      // Kong's own path, which is Prometheus's default.
      job(
        "gateway",
        numbers.map((number) => `${services.gateway(number)}:${gatewayPorts.status}`),
      ),
      {
        job_name: "worker",
        metrics_path: routes.metrics,
        dns_sd_configs: [{ names: [services.worker], type: "A", port: service.port }],
      },
    ],
  })
}

export const prometheusService = (text: string, replicas: number): ComposeService => ({
  ...confined,
  image: images.prometheus.reference,
  profiles: [profile],
  command: ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"],
  restart: "unless-stopped",
  depends_on: { [services.init]: { condition: "service_completed_successfully" } },
  networks: {
    [networks.monitoring]: {},
    [networks.workers]: {},
    ...Object.fromEntries(Array.from({ length: replicas }, (_, index) => [networks.replica(index + 1), {}])),
  },
  ports: [`127.0.0.1:\${PROMETHEUS_PORT:-${monitoringPorts.prometheus}}:${monitoringPorts.prometheus}`],
  volumes: [
    readOnly(`./${files.prometheus}`, "/etc/prometheus/prometheus.yml"),
    readOnly(`./${files.rules}`, inFolder.rules),
    kept(volumes.prometheus, "/prometheus"),
  ],
  ...memoryOf(prometheusMemory),
  ...readsText(text),
})

export const datasource = (): string =>
  stringify({
    apiVersion: 1,
    datasources: [
      {
        name: "Prometheus",
        uid: "prometheus",
        type: "prometheus",
        access: "proxy",
        url: `http://${services.prometheus}:${monitoringPorts.prometheus}`,
        isDefault: true,
      },
    ],
  })

export const dashboardProvider = (): string =>
  stringify({
    apiVersion: 1,
    providers: [{ name: service.name, type: "file", options: { path: inFolder.dashboards } }],
  })

export const grafanaService = (texts: string): ComposeService => ({
  ...confined,
  image: images.grafana.reference,
  profiles: [profile],
  environment: {
    GF_SECURITY_ADMIN_PASSWORD__FILE: `${secretsFolder}/password`,
    GF_ANALYTICS_REPORTING_ENABLED: "false",
    GF_ANALYTICS_CHECK_FOR_UPDATES: "false",
    GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: "false",
    GF_NEWS_NEWS_FEED_ENABLED: "false",
    // Since 11.5 it fetches plugins of its makers' choice when it starts, in whatever version is the newest then:
    // https://grafana.com/docs/grafana/latest/administration/plugin-management/plugin-install/
    GF_PLUGINS_PREINSTALL_DISABLED: "true",
  },
  restart: "unless-stopped",
  depends_on: {
    [services.init]: { condition: "service_completed_successfully" },
    [services.prometheus]: { condition: "service_started" },
  },
  networks: { [networks.monitoring]: {} },
  ports: [`127.0.0.1:\${GRAFANA_PORT:-${monitoringPorts.grafana}}:${monitoringPorts.grafana}`],
  volumes: [
    readOnly(`./${files.datasource}`, "/etc/grafana/provisioning/datasources/prometheus.yml"),
    readOnly(`./${files.provider}`, "/etc/grafana/provisioning/dashboards/atlas.yml"),
    readOnly(`./${files.dashboard}`, `${inFolder.dashboards}/dashboard.json`),
    kept(volumes.grafana, "/var/lib/grafana"),
    readOnly(secretsVolume("grafana"), secretsFolder),
  ],
  tmpfs: [scratch("/tmp")],
  ...memoryOf(grafanaMemory),
  ...readsText(texts),
})
