import type { WorkloadName } from "../../app/contract/roles.ts"

/** The names of the objects, which are the deployment guide's. A change of one replaces the object. */
export const names = {
  namespace: "optimizer",
  deployments: { api: "atlas", worker: "atlas-worker" },
  /** The container of the app, in every pod. */
  container: "optimizer",
  gatewayContainer: "kong",
  serviceAccounts: { api: "optimizer-sa", worker: "optimizer-worker-sa" },
  service: "optimizer-service",
  ingress: "optimizer-ingress",
  certificate: "optimizer-tls",
  config: "optimizer-config",
  secrets: "optimizer-secrets",
  gatewaySecret: "optimizer-gateway",
  /** The HorizontalPodAutoscalers, which KEDA makes from the ScaledObjects. */
  autoscalers: { api: "optimizer-hpa", worker: "optimizer-worker-hpa" },
  gate: "atlas-gate",
  dashboard: "atlas-dashboard",
  rules: "atlas-alerts",
} as const satisfies Readonly<Record<string, string | Readonly<Record<WorkloadName, string>>>>

/** The ports by the names that probes, Services and collectors use. */
export const portNames = { app: "http", proxy: "proxy", status: "status" } as const

/** The Service's own port; behind it lies the gateway. */
export const servicePort = 80
