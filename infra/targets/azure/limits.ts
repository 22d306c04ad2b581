import type { Limit } from "../../spec/target.ts"

const docs = "https://learn.microsoft.com/azure"
const instances = `${docs}/container-instances`
const nGroups = `${instances}/container-instance-ngroups/container-instances-about-ngroups`
const rolling = `${instances}/container-instance-ngroups/container-instances-rolling-update`
const quotas = `${instances}/container-instances-resource-and-quota-limits`

/** Where Azure differs from the contract, each with the page that sets it. */
export const limits: readonly Limit[] = [
  {
    facet: "user and filesystem",
    difference:
      "containers run as the user of their image, with a root that can be written and the service's own capabilities",
    reason: "a security context is documented for the Confidential SKU alone, and zones need the Standard one",
    source: "https://learn.microsoft.com/azure/templates/microsoft.containerinstance/containergroups",
  },
  {
    facet: "liveness",
    difference: "a process has no time of its own to start in: its first liveness probe comes after 30 seconds",
    reason: "container groups have no startup probe",
    source: `${instances}/container-instances-liveness-probe`,
  },
  {
    facet: "size",
    difference: "a worker is promised nearly all, and the gate all, that they may take",
    reason: "a group has at least 1 processor and 1 GB, and no container may take more than its group is promised",
    source: `${instances}/container-instances-container-groups#resource-allocation`,
  },
  {
    facet: "replicas",
    difference: "a subscription runs 100 groups on 100 processors in a region until its quota is raised",
    reason: "that is the default, and nobody but Azure's support raises it",
    source: `${quotas}#changeable-limits-eligible-for-quota-increases`,
  },
  {
    facet: "replicas",
    difference: "sets of container groups are in preview: production must name the feature in atlas:previewFeatures",
    reason: "without a set every group would be made, replaced and balanced by hand",
    source: nGroups,
  },
  {
    facet: "scaling",
    difference: "a process of the stack's own sets the counts, by the figures of the contract",
    reason: "a set has a count and follows no metric",
    source: nGroups,
  },
  {
    facet: "scaling",
    difference: "which group goes when a set shrinks is chance, whether it works or idles",
    reason: "a set deletes groups at random",
    source: `${nGroups}#technical-capabilities-and-constraints`,
  },
  {
    facet: "rollout",
    difference: "each group is replaced by a new one, and no page says that the new one serves before the old one goes",
    reason: "a set makes and deletes the groups of a batch, and asks after their health when it has done both",
    source: `${rolling}`,
  },
  {
    facet: "rollout",
    difference: "the gateway and the app of a group that goes are told so together, and their last requests may fail",
    reason: "a container has no hook before it is stopped, only a time in which to end",
    source:
      "https://learn.microsoft.com/azure/templates/microsoft.containerinstance/2024-11-01-preview/containergroupprofiles",
  },
  {
    facet: "edge",
    difference: "the certificate is yours: it lies in a Key Vault, and you renew it there",
    reason: "an application gateway makes no certificate",
    source: `${docs}/application-gateway/key-vault-certs`,
  },
  {
    facet: "edge",
    difference: "answers of the application gateway's own, such as 502, name it and lack the security headers",
    reason: "its rewrite rules touch what comes from the backend alone",
    source: `${docs}/application-gateway/rewrite-http-headers-url`,
  },
  {
    facet: "database",
    difference: "one size, with the memory of the most capacity that is asked for; it neither shrinks nor pauses",
    reason: "a flexible server has the size that it is given",
    source: `${docs}/postgresql/flexible-server/concepts-compute`,
    refuses: ["databaseMinCapacity"],
  },
  {
    facet: "secrets",
    difference: "container groups are given the values; Key Vault has copies for operators",
    reason: "a profile of container groups has no reference to a secret of a vault",
    source:
      "https://learn.microsoft.com/azure/templates/microsoft.containerinstance/2024-11-01-preview/containergroupprofiles",
  },
  {
    facet: "network",
    difference: "one NAT gateway, in a zone of Azure's choice: where that zone fails, no group reaches anything public",
    reason:
      "a subnet has one NAT gateway; the SKU that spans zones, StandardV2, is newer than the API that the provider speaks",
    source: `${docs}/nat-gateway/nat-sku`,
  },
  {
    facet: "network",
    difference:
      "registry, vault, archive, logs and Azure's own API are reached at their public endpoints; a firewall keeps strangers from vault and archive",
    reason: "a private link for each costs by the hour; only storage has a free way, its service endpoint",
    source: `${docs}/private-link/availability`,
  },
]
