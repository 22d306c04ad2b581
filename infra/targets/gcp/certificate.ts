import * as gcp from "@pulumi/gcp"
import * as pulumi from "@pulumi/pulumi"
import { createRecord, type DnsRecord } from "./records.ts"
import type { Scope } from "./scope.ts"

export interface DomainCertificate {
  /** The map from host names to certificates, as the load balancer names it. */
  readonly map: pulumi.Output<string>
  /** The record that proves the domain, and keeps proving it at each renewal. */
  readonly proof: DnsRecord
}

/**
 * A certificate that a record proves, so that it is there before the domain points here:
 * https://cloud.google.com/certificate-manager/docs/domain-authorization#dns-auth
 */
export function createCertificate(scope: Scope, domain: string): DomainCertificate {
  const name = scope.name("certificate", "")
  const { labels } = scope
  const authorization = new gcp.certificatemanager.DnsAuthorization(
    "certificate-authorization",
    { name, description: "Proof of the domain", domain, labels },
    scope.inside(),
  )
  const proof = authorization.dnsResourceRecords.apply(([record]) => {
    if (record === undefined) throw new pulumi.RunError(`Certificate Manager asks for no record to prove ${domain}`)
    return record
  })
  const asked = { name: proof.name, type: proof.type, data: proof.data }
  const record = createRecord(scope, "certificate-record", asked)
  const certificate = new gcp.certificatemanager.Certificate(
    "certificate",
    {
      name,
      description: "Of the domain",
      managed: { domains: [domain], dnsAuthorizations: [authorization.id] },
      labels,
    },
    scope.inside(...(record === undefined ? [] : [record])),
  )
  const map = new gcp.certificatemanager.CertificateMap(
    "certificate-map",
    { name, description: "Of the load balancer", labels },
    scope.inside(),
  )
  const entry = new gcp.certificatemanager.CertificateMapEntry(
    "certificate-map-entry",
    { name, map: map.name, hostname: domain, certificates: [certificate.id], labels },
    scope.inside(),
  )
  // The entry is what makes the map of use, so whoever names the map comes after it.
  return {
    map: pulumi.all([map.id, entry.id]).apply(([id]) => `//certificatemanager.googleapis.com/${id}`),
    proof: asked,
  }
}
