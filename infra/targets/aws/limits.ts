import type { Limit } from "../../spec/target.ts"

/** Where AWS differs from the contract, each with the page that sets it. */
export const limits: readonly Limit[] = [
  {
    facet: "network",
    difference: "pods share the security group of their nodes; network policies tell them apart",
    reason: "EKS Auto Mode has no security groups for pods",
    source: "https://docs.aws.amazon.com/eks/latest/userguide/auto-networking.html",
  },
  {
    facet: "network",
    difference: "the cluster's API has a public endpoint, open to the ranges of atlas:apiCidrs alone",
    reason: "who deploys stands outside the network",
    source: "https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html",
  },
  {
    facet: "network",
    difference: "registry, secret store and logs are reached at their public endpoints, through NAT",
    reason: "an interface endpoint for each costs by the hour and zone; only S3 has a free one",
    source: "https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html",
  },
  {
    facet: "dashboards",
    difference:
      "the dashboard is a ConfigMap of the cluster, for a Grafana that you bring; Managed Grafana takes it by hand",
    reason:
      "a workspace of Managed Grafana signs people in by the organization's Identity Center or SAML, and takes dashboards by a token of its own",
    source: "https://docs.aws.amazon.com/grafana/latest/userguide/authentication-in-AMG.html",
  },
]
