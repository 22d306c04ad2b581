import { service } from "../../../app/contract/service.ts"
import { gatewayFile } from "../../gateway/container.ts"

/** Names that more than one file of the project says. */
export const networks = {
  /** Where the ports are published from. */
  public: "public",
  gateways: "gateways",
  replica: (number: number) => `replica-${number}`,
  database: "database",
  cache: "cache",
  workers: "workers",
  monitoring: "monitoring",
} as const

export const services = {
  init: "init",
  nginx: "nginx",
  gateway: (number: number) => `gateway-${number}`,
  api: (number: number) => `api-${number}`,
  /** What each gateway calls the api of its own replica. */
  ownApi: "api",
  worker: "worker",
  gate: "gate",
  postgres: "postgres",
  redis: "redis",
  prometheus: "prometheus",
  grafana: "grafana",
} as const

/** Who reads secrets; each has a volume of its own, and mounts no other. */
export const readers = ["app", "gateway", "database", "cache", "grafana"] as const
export type Reader = (typeof readers)[number]
export const secretsVolume = (reader: Reader): string => `${reader}-secrets`
/** Where a service finds its secrets. */
export const secretsFolder = "/run/secrets"

export const volumes = {
  /** The values themselves, which only `init` mounts. */
  values: "secrets",
  certificate: "certificate",
  postgres: "postgres-data",
  redis: "redis-data",
  prometheus: "prometheus-data",
  grafana: "grafana-data",
} as const

/** The guide's names of the certificate and its key. */
export const certificate = { folder: "/etc/nginx/ssl", certificate: "cert.pem", key: "key.pem" } as const

/** Stands in a template for a secret; `init` puts the value in its place. Letters only, so that a URL may hold it. */
export const placeholder = (secret: string): string => `__SECRET_${secret.toUpperCase().replaceAll("-", "_")}__`

export const secretNames = {
  database: "database-password",
  cache: "redis-password",
  grafana: "grafana-password",
} as const

/** The template of a reader's file, as a path of the project. */
export const templatePath = (reader: Reader, file: string): string => `templates/${reader}/${file}`

export const files = {
  nginx: "nginx.conf",
  init: "init.sh",
  release: "release.sh",
  kong: templatePath("gateway", gatewayFile),
  prometheus: "monitoring/prometheus.yml",
  datasource: "monitoring/datasource.yml",
  rules: "monitoring/rules.yaml",
  dashboard: "monitoring/dashboard.json",
  provider: "monitoring/dashboards.yml",
  variables: ".env.example",
  compose: "compose.yaml",
  readme: "README.md",
} as const

export const project = service.name
