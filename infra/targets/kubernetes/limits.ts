import type { Limit } from "../../spec/target.ts"

const folder = "infra/targets/kubernetes"

/** What a cluster that is somebody else's decides. Everything else of the contract is in the objects. */
export const limits: readonly Limit[] = [
  {
    facet: "image",
    difference: "the image is given by digest and never built",
    reason: "the stack has no registry of its own",
    source: folder,
  },
  {
    facet: "scaling",
    difference:
      "nothing scales, and the first counts stay, where KEDA is missing; workers do not, where its operator does not trust the database's certificate",
    reason: "a HorizontalPodAutoscaler alone reads neither a Prometheus nor a queue",
    source: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#support-for-metrics-apis",
  },
  {
    facet: "timeout",
    difference: "the ingress controller's own time limits are set by atlas:ingressAnnotations",
    reason: "an Ingress has no field for them, and every class has annotations of its own",
    source: "https://kubernetes.io/docs/concepts/services-networking/ingress/#the-ingress-resource",
  },
  {
    facet: "edge",
    difference:
      "the redirect to HTTPS and the least TLS version are the ingress controller's; the certificate is cert-manager's",
    reason: "an Ingress has no field for either",
    source: "https://kubernetes.io/docs/concepts/services-networking/ingress/#tls",
  },
  {
    facet: "database",
    difference: "version, capacity, encryption, point in time and protection against deletion are the given server's",
    reason: "the database is given by its URL",
    source: folder,
    refuses: ["databaseMinCapacity", "databaseMaxCapacity"],
  },
  {
    facet: "cache",
    difference: "nodes, memory and failover are the given server's; a development stack may do without one",
    reason: "Redis is given by its URL",
    source: folder,
    refuses: ["cacheMemory"],
  },
  {
    facet: "secrets",
    difference: "Secrets of the namespace, encrypted at rest only where the cluster does so",
    reason: "etcd holds them as they are unless the API server has an encryption configuration",
    source: "https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/",
  },
  {
    facet: "network",
    difference: "the policies hold only where the cluster's network plugin enforces them",
    reason: "the API server stores a NetworkPolicy and enforces nothing",
    source: "https://kubernetes.io/docs/concepts/services-networking/network-policies/#prerequisites",
  },
  {
    facet: "backups",
    difference: "the bucket of the archive is given, and how long it keeps an export is set there",
    reason: "a cluster has no object store",
    source: folder,
  },
  {
    facet: "observability",
    difference: "logs go where the cluster's collector sends them; Kong's metrics are collected only with a PodMonitor",
    reason: "a cluster need not have a log store, and the annotations name one port of a pod",
    source: "https://kubernetes.io/docs/concepts/cluster-administration/logging/#cluster-level-logging-architectures",
  },
  {
    facet: "dashboards",
    difference: "the dashboard is a ConfigMap, which a Grafana of the cluster takes by its label",
    reason: "the stack runs no Grafana",
    source: folder,
  },
  {
    facet: "alerts",
    difference:
      "the alerts are a PrometheusRule where atlas:metricsDiscovery is pod-monitor, and nowhere else; the cluster's Alertmanager knows who is told",
    reason: "without the Prometheus operator nothing in a cluster takes rules",
    source: "https://prometheus-operator.dev/docs/developer/alerting/",
    refuses: ["alertEmail"],
  },
]
