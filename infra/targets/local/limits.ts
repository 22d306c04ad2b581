import type { Limit } from "../../spec/target.ts"

const source = "infra/targets/local"

/** Where this machine differs from a cloud. The app and the gateway enforce what is not named here. */
export const limits: readonly Limit[] = [
  {
    facet: "image",
    difference: "runs the bundle that goes into the image, without the image",
    reason: "a new machine has no container runtime",
    source,
    refuses: ["image"],
  },
  {
    facet: "user and filesystem",
    difference: "api, worker and gateway run as you, with a writable filesystem",
    reason: "a process that is not root cannot change its user or its root",
    source,
  },
  {
    facet: "liveness",
    difference: "a process is started again when it ends, and not when it stops answering",
    reason: "only its end is watched",
    source,
  },
  {
    facet: "readiness",
    difference: "a process must answer before the next part starts, and is not asked again",
    reason: "no load balancer stands in front that could leave it out",
    source,
  },
  {
    facet: "size",
    difference: "processor and memory are not limited",
    reason: "cgroups need root",
    source,
    refuses: ["apiCpu", "apiMemory", "workerCpu", "workerMemory"],
  },
  {
    facet: "replicas",
    difference: "one api replica and one worker",
    reason: "one machine gains nothing from a second replica, and no load balancer stands in front of them",
    source,
    refuses: ["apiMinReplicas", "apiMaxReplicas", "workerMinReplicas", "workerMaxReplicas"],
  },
  { facet: "scaling", difference: "nothing scales", reason: "the replicas are fixed at one", source },
  {
    facet: "timeout",
    difference: "the gateway's own time limits are the only ones",
    reason: "no load balancer stands in front of it",
    source,
  },
  {
    facet: "rollout",
    difference: "a release replaces the one before it while the stack is down",
    reason: "the state of this target is its running processes",
    source,
  },
  {
    facet: "edge",
    difference: "plain HTTP on 127.0.0.1",
    reason: "no certificate authority vouches for a loopback address",
    source,
    refuses: ["domain"],
  },
  {
    facet: "cache",
    difference: "one node without TLS, or an in-process cache where no Redis is found",
    reason: "no npm package carries a Redis server",
    source,
    refuses: ["cacheMemory"],
  },
  {
    facet: "database",
    difference: "the machine's own capacity, without TLS, backups or protection against deletion",
    reason: "it is one process on a loopback address",
    source,
    refuses: ["databaseMinCapacity", "databaseMaxCapacity"],
  },
  {
    facet: "secrets",
    difference: "files that only you can read, in the state folder",
    reason: "the machine has no secret store that every system shares",
    source,
  },
  {
    facet: "identity",
    difference: "the processes share one identity",
    reason: "they all run as you",
    source,
  },
  {
    facet: "network",
    difference: "every part listens on 127.0.0.1, so the machine's other users reach the ports",
    reason: "separate networks need root",
    source,
  },
  {
    facet: "backups",
    difference: "no backups; the database's files stay in the state folder",
    reason: "there is no object store",
    source,
  },
  {
    facet: "observability",
    difference: "logs are files; metrics are read from the processes themselves",
    reason: "nothing here collects them",
    source,
  },
  {
    facet: "dashboards",
    difference: "the dashboard is a file of the repository: infra/observability/rendered/dashboard.json",
    reason: "no Grafana runs here",
    source,
  },
  {
    facet: "alerts",
    difference: "the rules are a file of the repository: infra/observability/rendered/rules.yaml",
    reason: "no Prometheus runs here that could judge them",
    source,
    refuses: ["alertEmail"],
  },
]
