import type { RuleText } from "../rule.ts"
import { awsDocs, azureDocs } from "./sources.ts"

/** What is asked of network, edge, cluster, identity, registry and logs, and of every resource. */
export const platform = {
  "network-closed": {
    title: "Only the edge is open to the world, and only on ports 80 and 443",
    why: "Only the edge is public",
    source: `${awsDocs}/securityhub/latest/userguide/ec2-controls.html#ec2-18`,
    severity: "mandatory",
  },
  "network-flow-logs": {
    title: "A production network keeps a record of its traffic",
    why: "Afterwards someone will ask what was reached, and from where",
    source: `${awsDocs}/securityhub/latest/userguide/ec2-controls.html#ec2-6`,
    severity: "mandatory",
  },
  "cluster-endpoint-restricted": {
    title: "The cluster's API answers only addresses that are named",
    why: "Its door is the whole stack's",
    source: `${awsDocs}/eks/latest/userguide/cluster-endpoint.html`,
    severity: "mandatory",
  },
  "cluster-audited": {
    title: "The cluster keeps an audit log",
    why: "Afterwards someone will ask who did it",
    source: `${awsDocs}/eks/latest/userguide/control-plane-logs.html`,
    severity: "advisory",
  },
  "edge-tls": {
    title: "Clients are served over TLS 1.2 or newer",
    why: "Older versions are broken (RFC 8996)",
    source: `${awsDocs}/elasticloadbalancing/latest/application/describe-ssl-policies.html`,
    severity: "mandatory",
  },
  "edge-redirect": {
    title: "Plain HTTP is sent to HTTPS, and serves nothing",
    why: "A key that is sent in the clear is lost",
    source: `${awsDocs}/securityhub/latest/userguide/elb-controls.html#elb-1`,
    severity: "mandatory",
  },
  "edge-access-logs": {
    title: "A production load balancer writes down its requests",
    why: "What no gateway ever saw is told nowhere else",
    source: `${awsDocs}/securityhub/latest/userguide/elb-controls.html#elb-5`,
    severity: "mandatory",
  },
  "identity-no-wildcard-action": {
    title: "A grant names its actions",
    why: "Least privilege: a service's next action must not be granted unseen",
    source: `${awsDocs}/IAM/latest/UserGuide/best-practices.html#grant-least-privilege`,
    severity: "mandatory",
  },
  "identity-no-wildcard-principal": {
    title: "A grant names whom it is for",
    why: "A wildcard admits every account of the cloud",
    source: `${awsDocs}/IAM/latest/UserGuide/reference_policies_elements_principal.html`,
    severity: "mandatory",
  },
  "identity-federation-bound": {
    title: "Trust in an outside issuer names the subject",
    why: "Without it any repository of the same forge may deploy",
    source: `${awsDocs}/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html`,
    severity: "mandatory",
  },
  "registry-immutable": {
    title: "A registry's tags cannot be moved",
    why: "What was reviewed is what runs, also after a rollback",
    source: `${awsDocs}/AmazonECR/latest/userguide/image-tag-mutability.html`,
    severity: "mandatory",
  },
  "registry-scanned": {
    title: "A registry scans what is pushed",
    why: "Known holes must show before the release",
    source: `${awsDocs}/AmazonECR/latest/userguide/image-scanning.html`,
    severity: "mandatory",
  },
  "registry-no-password": {
    title: "A registry has no password, and gives nothing to strangers",
    why: "A password that all share names nobody, and is never changed",
    source: `${azureDocs}/container-registry/container-registry-authentication#admin-account`,
    severity: "mandatory",
  },
  "subnet-guarded": {
    title: "A subnet has a security group",
    why: "Without one, whatever is in the network reaches whatever is in the subnet",
    source: `${azureDocs}/virtual-network/network-security-groups-overview`,
    severity: "mandatory",
  },
  "lock-protected": {
    title: "A production lock cannot go in the run that it should stop",
    why: "Pulumi deletes a lock before what it locks, so by itself a lock stops everyone but Pulumi",
    source: "https://www.pulumi.com/docs/iac/concepts/resources/options/protect/",
    severity: "mandatory",
  },
  "logs-retention": {
    title: "Logs are kept for a set time",
    why: "Forever is dear, and holds personal data for longer than it may",
    source: `${awsDocs}/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html`,
    severity: "mandatory",
  },
  "production-zones": {
    title: "Production stands in two zones or more",
    why: "A zone can fail as a whole",
    source: "network",
    severity: "mandatory",
  },
  owned: {
    title: "A resource says which stack owns it",
    why: "Costs, drift and leftovers must be found by owner",
    source: `${awsDocs}/tag-editor/latest/userguide/best-practices-and-strats.html`,
    severity: "mandatory",
  },
  parented: {
    title: "A resource stands under the stack's component",
    why: "The tree is how a plan is read, and how options reach every resource",
    source: "https://www.pulumi.com/docs/iac/concepts/resources/options/parent/",
    severity: "mandatory",
  },
  "no-sentinel": {
    title: "No input holds what a program error leaves",
    why: "The text undefined in a name or URL deploys, and fails later elsewhere",
    source: "https://www.pulumi.com/docs/iac/concepts/inputs-outputs/apply/#outputs-and-strings",
    severity: "mandatory",
  },
} as const satisfies Record<string, RuleText>
