import type { Limit } from "../../spec/target.ts"

const source = "infra/targets/compose"

/** Where one server differs from a cloud. */
export const limits: readonly Limit[] = [
  {
    facet: "liveness",
    difference: "a process that does not answer is marked as unhealthy, and started again only when it ends",
    reason: "Docker's restart policy looks at a container's end alone",
    source: "https://docs.docker.com/engine/containers/start-containers-automatically/",
  },
  {
    facet: "readiness",
    difference: "nginx leaves out a gateway after three failed requests, and nobody asks for readiness",
    reason: "health checks that ask by themselves are not in the free nginx",
    source: "https://nginx.org/en/docs/http/ngx_http_upstream_hc_module.html",
  },
  {
    facet: "replicas",
    difference: "as many as the minimum, for good",
    reason: "Docker Compose runs the count that its file says",
    source: "https://docs.docker.com/reference/compose-file/deploy/#replicas",
    refuses: ["apiMaxReplicas", "workerMaxReplicas"],
  },
  {
    facet: "scaling",
    difference: "nothing scales",
    reason: "the replicas are fixed",
    source: "https://docs.docker.com/reference/compose-file/deploy/#replicas",
  },
  {
    facet: "rollout",
    difference:
      "replicas are replaced one after the other, so that one fewer serves meanwhile; the worker is away for seconds",
    reason:
      "Docker Compose ends a container before it starts the next: start-first of update_config is read by Swarm alone",
    source: "https://docs.docker.com/reference/compose-file/deploy/#update_config",
  },
  {
    facet: "edge",
    difference: 'answers say "Server: nginx", without a version; a certificate is yours to renew',
    reason: "the free nginx leaves out the version alone",
    source: "https://nginx.org/en/docs/http/ngx_http_core_module.html#server_tokens",
  },
  {
    facet: "database",
    difference: "the server's own capacity, without TLS, point-in-time recovery or protection against deletion",
    reason: "it is one container in a network that only the app shares",
    source,
    refuses: ["databaseMinCapacity", "databaseMaxCapacity"],
  },
  {
    facet: "cache",
    difference: "one node without TLS, which appends what it holds to a file",
    reason: "a second node would end with the same server",
    source,
  },
  {
    facet: "secrets",
    difference: "files in volumes of Docker's, each mounted by its readers alone",
    reason: "Docker Compose has no secret store: it mounts files",
    source: "https://docs.docker.com/reference/compose-file/secrets/",
  },
  {
    facet: "identity",
    difference: "the containers have one user and no identity toward a cloud",
    reason: "nothing here asks for one",
    source,
  },
  {
    facet: "network",
    difference: "one zone, and networks of Docker's in place of the address range",
    reason: "it is one server",
    source,
  },
  {
    facet: "backups",
    difference: "no backups; the data stays in volumes of Docker's",
    reason: "there is no object store",
    source,
  },
  {
    facet: "observability",
    difference: "the newest 100 MB of each container's log; metrics are collected with the profile monitoring",
    reason: "Docker rotates logs by size, not by age",
    source: "https://docs.docker.com/engine/logging/drivers/local/",
  },
  {
    facet: "dashboards",
    difference: "the dashboard is in a Grafana that runs with the profile monitoring, on the server's own 127.0.0.1",
    reason: "it takes memory that the app may need, and one password alone guards it",
    source,
  },
  {
    facet: "alerts",
    difference: "a Prometheus that runs with the profile monitoring judges the alerts and shows them; nobody is told",
    reason: "Prometheus sends no mail: an Alertmanager does, and none runs here",
    source: "https://prometheus.io/docs/alerting/latest/overview/",
    refuses: ["alertEmail"],
  },
]
