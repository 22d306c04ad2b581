import type { RuleText } from "../rule.ts"
import { azureDocs, kubernetesDocs, restricted } from "./sources.ts"

/** What is asked of containers, pods and what stands around them. */
export const workloads = {
  "image-by-digest": {
    title: "A container runs an image by digest, never latest",
    why: "A tag can be moved: every replica of a release must run the same bytes",
    source: `${kubernetesDocs}/containers/images/#image-names`,
    severity: "mandatory",
  },
  "image-vendor-version": {
    title: "A vendor's official image is run by digest, or by its whole version",
    why: "Its maker moves a shorter tag with each patch; a rollback would not bring the old one back",
    source: "https://docs.docker.com/docker-hub/repos/manage/trusted-content/official-images/",
    severity: "advisory",
  },
  "container-non-root": {
    title: "A container does not run as root",
    why: "Root in a container is one flaw away from root on the node",
    source: restricted,
    severity: "mandatory",
  },
  "container-read-only-root": {
    title: "A container cannot write to its own file system",
    why: "Whoever breaks in must find nothing to change",
    source: "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
    severity: "mandatory",
  },
  "container-capabilities": {
    title: "A container drops all capabilities",
    why: "None of the processes needs one",
    source: restricted,
    severity: "mandatory",
  },
  "container-no-escalation": {
    title: "A container's processes cannot gain privileges",
    why: "A setuid program in the image must be worth nothing",
    source: restricted,
    severity: "mandatory",
  },
  "container-seccomp": {
    title: "A container is confined to the usual system calls",
    why: "Most ways out of a container begin with an unusual one",
    source: restricted,
    severity: "mandatory",
  },
  "pod-apart-from-host": {
    title: "A pod shares nothing with its node",
    why: "The node's network, processes and files belong to every other pod too",
    source: `${kubernetesDocs}/security/pod-security-standards/#baseline`,
    severity: "mandatory",
  },
  "container-resources": {
    title: "A container says what CPU and memory it needs and may take",
    why: "Without requests the scheduler and the autoscaler are blind; without limits one process starves the others",
    source: `${kubernetesDocs}/configuration/manage-resources-containers/`,
    severity: "mandatory",
  },
  "container-probes": {
    title: "A container that serves has liveness and readiness probes",
    why: "A hung process must be restarted, and one that cannot answer must get no requests",
    source: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/",
    severity: "mandatory",
  },
  "secret-not-plain": {
    title: "No secret stands in a plain setting",
    why: "Whoever may read a workload's definition would read the secret",
    source: `${kubernetesDocs}/security/secrets-good-practices/`,
    severity: "mandatory",
  },
  "workload-identity": {
    title: "A pod has an identity of its own",
    why: "What is granted to the default account is granted to every pod beside it",
    source: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/",
    severity: "mandatory",
  },
  "workload-token": {
    title: "A pod gets no token for the cluster's API",
    why: "None of the processes calls it",
    source: `${kubernetesDocs}/security/rbac-good-practices/#privileged-token-distribution`,
    severity: "advisory",
  },
  "namespace-restricted": {
    title: "A namespace enforces restricted pod security",
    why: "The cluster itself then refuses what these rules look for, whoever sends it",
    source: `${kubernetesDocs}/security/pod-security-admission/`,
    severity: "mandatory",
  },
  "disruption-budget": {
    title: "A deployment of more than one replica has a disruption budget",
    why: "Draining nodes must not take all replicas at once",
    source: `${kubernetesDocs}/workloads/pods/disruptions/`,
    severity: "mandatory",
  },
  "network-default-deny": {
    title: "A namespace or network denies all traffic that nothing allows",
    why: "What is not in the picture must not be reachable",
    source: `${kubernetesDocs}/services-networking/network-policies/#default-deny-all-ingress-and-all-egress-traffic`,
    severity: "mandatory",
  },
  "workload-spread": {
    title: "Replicas are spread over zones",
    why: "Two zones help nobody whose replicas all stand in one",
    source: `${kubernetesDocs}/scheduling-eviction/topology-spread-constraints/`,
    severity: "advisory",
  },
  "group-private": {
    title: "A container group has no public address",
    why: "Only the edge is public",
    source: `${azureDocs}/container-instances/container-instances-virtual-network-concepts`,
    severity: "mandatory",
  },
  "group-egress": {
    title: "Container groups leave their network by a NAT gateway",
    why: "It is their only supported way out: without it they cannot even pull their image",
    source: `${azureDocs}/container-instances/container-instances-nat-gateway`,
    severity: "mandatory",
  },
  "rollout-replaces": {
    title: "A rollout replaces replicas, and does not restart them in their place",
    why: "All that is updated in its place is away at once, and cannot be gone back to",
    source: `${azureDocs}/container-instances/container-instance-ngroups/container-instances-rolling-update`,
    severity: "mandatory",
  },
  "production-replicas": {
    title: "The api never has fewer than two replicas in production",
    why: "One replica is down at each of its failures and node changes",
    source: "replicas",
    severity: "mandatory",
  },
} as const satisfies Record<string, RuleText>
