import * as gcp from "@pulumi/gcp"
import * as pulumi from "@pulumi/pulumi"
import type { EdgeSpec } from "../../spec/stack-spec.ts"
import type { EdgeBinding } from "../../spec/target.ts"
import { createCertificate } from "./certificate.ts"
import { webPorts } from "./ports.ts"
import { createRecord, type DnsRecord } from "./records.ts"
import type { Scope } from "./scope.ts"

/** https://cloud.google.com/load-balancing/docs/ssl-policies-concepts */
const tlsVersions: Readonly<Record<EdgeSpec["minimumTls"], string>> = { "1.2": "TLS_1_2" }

/** The global external Application Load Balancer; the classic one is spelt EXTERNAL. */
const scheme = "EXTERNAL_MANAGED"

/** The one public address. It is there before the service, which must know it. */
export const createAddress = (scope: Scope): gcp.compute.GlobalAddress =>
  new gcp.compute.GlobalAddress(
    "edge-address",
    { name: scope.name("compute", "edge"), addressType: "EXTERNAL", ipVersion: "IPV4", labels: scope.labels },
    scope.inside(),
  )

/**
 * With a domain, a load balancer in front of the service: https://cloud.google.com/load-balancing/docs/https/setup-global-ext-https-serverless.
 * Without one, the address that Cloud Run gives it, which takes TLS too.
 */
export function createEdge(
  scope: Scope,
  { domain, minimumTls }: EdgeSpec,
  service: gcp.cloudrunv2.Service,
  address: gcp.compute.GlobalAddress | undefined,
): EdgeBinding {
  if (domain === undefined || address === undefined) return { url: service.uri }
  const backend = createBackend(scope, service)
  const { map, proof } = createCertificate(scope, domain)
  const policy = new gcp.compute.SSLPolicy(
    "edge-tls",
    { name: scope.name("compute", "edge"), profile: "MODERN", minTlsVersion: tlsVersions[minimumTls] },
    scope.inside(),
  )
  const urlMap = new gcp.compute.URLMap(
    "edge-urls",
    { name: scope.name("compute", "edge"), defaultService: backend.id },
    scope.inside(),
  )
  const proxy = new gcp.compute.TargetHttpsProxy(
    "edge-https",
    { name: scope.name("compute", "edge"), urlMap: urlMap.id, certificateMap: map, sslPolicy: policy.id },
    scope.inside(),
  )
  listen(scope, "https", webPorts.https, address, proxy.id)
  listen(scope, "http", webPorts.http, address, createRedirect(scope).id)

  const url = pulumi.output(`https://${domain}`)
  const record: DnsRecord = { name: pulumi.output(`${domain}.`), type: pulumi.output("A"), data: address.address }
  if (createRecord(scope, "domain", record) !== undefined) return { url }
  const line = ({ name, type, data }: DnsRecord) => pulumi.interpolate`${name} ${type} ${data}`
  return { url, instructions: pulumi.interpolate`Make these records: ${line(record)}; ${line(proof)}` }
}

/** Endpoints of the service are the service: there is no health check, and no time limit beside Cloud Run's own. */
function createBackend(scope: Scope, service: gcp.cloudrunv2.Service): gcp.compute.BackendService {
  const endpoints = new gcp.compute.RegionNetworkEndpointGroup(
    "edge-endpoints",
    {
      name: scope.name("compute", "edge"),
      region: scope.region,
      networkEndpointType: "SERVERLESS",
      cloudRun: { service: service.name },
    },
    scope.inside(),
  )
  return new gcp.compute.BackendService(
    "edge-backend",
    {
      name: scope.name("compute", "edge"),
      loadBalancingScheme: scheme,
      protocol: "HTTPS",
      backends: [{ group: endpoints.id }],
    },
    scope.inside(),
  )
}

/** Plain HTTP is sent to HTTPS, and serves nothing. */
function createRedirect(scope: Scope): gcp.compute.TargetHttpProxy {
  const urlMap = new gcp.compute.URLMap(
    "edge-redirect",
    {
      name: scope.name("compute", "redirect"),
      defaultUrlRedirect: { httpsRedirect: true, redirectResponseCode: "MOVED_PERMANENTLY_DEFAULT", stripQuery: false },
    },
    scope.inside(),
  )
  return new gcp.compute.TargetHttpProxy(
    "edge-http",
    { name: scope.name("compute", "edge"), urlMap: urlMap.id },
    scope.inside(),
  )
}

const listen = (
  scope: Scope,
  name: string,
  port: number,
  address: gcp.compute.GlobalAddress,
  target: pulumi.Output<string>,
) =>
  new gcp.compute.GlobalForwardingRule(
    `edge-${name}-rule`,
    {
      name: scope.name("compute", `edge-${name}`),
      loadBalancingScheme: scheme,
      ipAddress: address.id,
      ipProtocol: "TCP",
      portRange: String(port),
      target,
      labels: scope.labels,
    },
    scope.inside(),
  )
