import * as kubernetes from "@pulumi/kubernetes"
import type * as pulumi from "@pulumi/pulumi"
import { namespaceSecurity } from "../../kubernetes/security.ts"
import { blocks, credentials, dnsPorts, nodeLocal } from "./addresses.ts"
import { type Cluster, serviceCidr } from "./cluster.ts"
import { createPodIdentity } from "./identity.ts"
import type { Network } from "./network.ts"
import type { Metrics } from "./observability.ts"
import { metricsRead } from "./policies.ts"
import { webPorts } from "./ports.ts"
import type { Scope } from "./scope.ts"
import { planSubnets } from "./subnets.ts"
import { authoritiesOf } from "./trust.ts"

/**
 * https://github.com/kedacore/charts/releases. KEDA 2.20 is tested with Kubernetes 1.33 to 1.35, so with the cluster's:
 * https://keda.sh/docs/2.20/operate/cluster/#kubernetes-compatibility
 */
const chart = { name: "keda", repository: "https://kedacore.github.io/charts", version: "2.20.2" } as const
const namespace = "keda"
const authority = "atlas-database-ca"
/** How long its first nodes and pods may take, in seconds. */
const timeout = 900

/** The folders of certificates that Go looks through: https://pkg.go.dev/crypto/x509#SystemCertPool */
const systemCertificates = "/etc/ssl/certs"
const databaseCertificates = "/etc/atlas-database"

/**
 * KEDA, which scales the workloads: it asks the database how many jobs wait, so it must trust the database's authority,
 * and Managed Prometheus how many requests come, so it has an identity that may ask that and nothing else.
 */
export function createAutoscaler(
  scope: Scope,
  cluster: Cluster,
  network: Network,
  metrics: Metrics,
): { readonly release: pulumi.Resource; readonly roleName: pulumi.Output<string> } {
  const options = { parent: scope.parent, provider: cluster.provider }
  const { association, roleName } = createPodIdentity(scope, {
    name: "autoscaler",
    cluster: cluster.cluster,
    namespace,
    serviceAccount: "keda-operator",
    inline: metrics.workspaceArn.apply(metricsRead),
  })
  const space = new kubernetes.core.v1.Namespace(
    "autoscaler-namespace",
    { metadata: { name: namespace, labels: { ...scope.labels, ...namespaceSecurity } } },
    options,
  )
  const inside = { ...options, dependsOn: [space] }
  const metadata = (name: string) => ({ name, namespace, labels: scope.labels })
  const trust = new kubernetes.core.v1.ConfigMap(
    "autoscaler-trust",
    { metadata: metadata(authority), data: { "ca.pem": authoritiesOf(scope.values) } },
    inside,
  )
  const rules = autoscalerTraffic(scope.context.spec.network.cidr, network.zones.length)
  const policies = Object.entries(rules).map(
    ([name, spec]) =>
      new kubernetes.networking.v1.NetworkPolicy(`autoscaler-${name}`, { metadata: metadata(name), spec }, inside),
  )
  const release = new kubernetes.helm.v3.Release(
    "autoscaler",
    {
      name: chart.name,
      chart: chart.name,
      version: chart.version,
      repositoryOpts: { repo: chart.repository },
      namespace,
      atomic: true,
      timeout,
      values: autoscalerValues(authority),
    },
    { ...options, dependsOn: [space, trust, association, ...policies] },
  )
  return { release, roleName }
}

/**
 * Values of KEDA's chart (https://github.com/kedacore/charts/blob/v2.20.2/keda/values.yaml); the folder of the
 * database's authority stands beside the system's.
 */
export const autoscalerValues = (configMap: string) => ({
  env: [{ name: "SSL_CERT_DIR", value: `${systemCertificates}:${databaseCertificates}` }],
  volumes: {
    keda: {
      extraVolumes: [{ name: "database-ca", configMap: { name: configMap } }],
      extraVolumeMounts: [{ name: "database-ca", mountPath: databaseCertificates, readOnly: true }],
    },
  },
})

/** The cluster's API asks it for metrics and admission; it asks the API, the database, the metrics and for credentials. */
export function autoscalerTraffic(cidr: string, zones: number) {
  const subnets = planSubnets(cidr, zones)
  const tcp = (port: number) => ({ ports: [{ protocol: "TCP", port }] })
  return {
    "default-deny": { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    traffic: {
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: blocks(subnets.private) }],
      egress: [
        { to: blocks([...subnets.private, ...subnets.data, serviceCidr]) },
        { to: [{ ipBlock: { cidr: "0.0.0.0/0", except: [nodeLocal] } }], ...tcp(webPorts.https) },
        { to: blocks([nodeLocal]), ports: dnsPorts },
        { to: blocks([credentials.cidr]), ...tcp(credentials.port) },
      ],
    },
  }
}
