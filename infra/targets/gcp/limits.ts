import type { Limit } from "../../spec/target.ts"

/** Where Google Cloud differs from the contract, each with the page that sets it. */
export const limits: readonly Limit[] = [
  {
    facet: "user and filesystem",
    difference:
      "user and group are the image's, the file system can be written to (in memory), and capabilities are the sandbox's",
    reason: "Cloud Run has no field for any of them",
    source: "https://cloud.google.com/run/docs/container-contract",
  },
  {
    facet: "readiness",
    difference:
      "the ready probe begins without a first wait, once the start probe has passed, and is in preview; workers have none",
    reason: "Cloud Run has no initial delay for it, and sends a worker pool nothing",
    source: "https://cloud.google.com/run/docs/configuring/healthchecks",
  },
  {
    facet: "size",
    difference: "a container is promised all that it may take",
    reason: "Cloud Run has limits and no requests",
    source: "https://cloud.google.com/run/docs/configuring/services/cpu",
  },
  {
    facet: "replicas",
    difference: "a first deploy of the api starts its least count",
    reason: "Cloud Run has a minimum and no first count",
    source: "https://cloud.google.com/run/docs/configuring/min-instances",
  },
  {
    facet: "scaling",
    difference:
      "the api follows its processor (in preview) and its concurrency at Cloud Run's own pace; memory, requests per second and the rates are not followed. Workers follow all theirs, by the scaler",
    reason: "Cloud Run's scaling takes no other signal and no rate",
    source: "https://cloud.google.com/run/docs/about-instance-autoscaling",
  },
  {
    facet: "rollout",
    difference: "an instance has 10 seconds to end; a job that is cut off is taken up again",
    reason: "Cloud Run's time after SIGTERM is fixed",
    source: "https://cloud.google.com/run/docs/container-contract#instance-shutdown",
  },
  {
    facet: "edge",
    difference: "answers say that they came through Google: Via, and Server where the app names none",
    reason: "the load balancer and Cloud Run's front end add them",
    source: "https://cloud.google.com/load-balancing/docs/https",
  },
  {
    facet: "database",
    difference:
      "a machine of one size between the least and the most: in production it has the most units' memory, elsewhere the smallest that grants the connections",
    reason: "Cloud SQL neither scales nor pauses by itself",
    source: "https://cloud.google.com/sql/docs/postgres/machine-series-overview",
  },
  {
    facet: "database",
    difference: "outside production it can be taken back 7 days",
    reason: "the edition Enterprise keeps no more; Enterprise Plus, which production has, keeps 35",
    source: "https://cloud.google.com/sql/docs/postgres/backup-recovery/pitr",
  },
  {
    facet: "identity",
    difference: "who sets the workers' count might also deploy to that one pool",
    reason: "Cloud Run has no right to the count alone",
    source: "https://cloud.google.com/run/docs/configuring/workerpools/crema-autoscaling",
  },
  {
    facet: "network",
    difference:
      "zones have no names: instances, the database's standby and the cache's replica stand in zones that Google picks",
    reason: "a subnet spans its region, and Cloud Run spreads instances over it by itself",
    source: "https://cloud.google.com/run/docs/zonal-redundancy",
  },
  {
    facet: "backups",
    difference: "the bucket answers plain HTTP too, though nobody without a token or a signed address",
    reason: "only an organization's policy, constraints/storage.secureHttpTransport, refuses it",
    source: "https://cloud.google.com/storage/docs/org-policy-constraints",
  },
  {
    facet: "dashboards",
    difference: "the certificate's end is read by a check from outside, every 15 minutes, and not by the app",
    reason: "the network lets no instance out to the domain's public address",
    source: "https://cloud.google.com/monitoring/uptime-checks",
  },
  {
    facet: "alerts",
    difference: "the certificate's end is read by a check from outside, every 15 minutes, and not by the app",
    reason: "the network lets no instance out to the domain's public address",
    source: "https://cloud.google.com/monitoring/uptime-checks",
  },
]
