import * as aws from "@pulumi/aws"
import type * as pulumi from "@pulumi/pulumi"
import type { Scope } from "./scope.ts"

/** ACM asks for it by a record that lives as long as the certificate, and renews by it. */
const ttl = 300

/** The ARN of the domain's certificate: the given one, else one that the zone's record proves. */
export function createCertificate(scope: Scope, domain: string): pulumi.Input<string> {
  const { "atlas:certificateArn": given, "atlas:zoneId": zoneId } = scope.values
  if (given !== undefined) return given
  if (zoneId === undefined) throw new Error(`There is neither a zone nor a certificate for ${domain}`)
  const { parent } = scope
  const certificate = new aws.acm.Certificate(
    "certificate",
    { domainName: domain, validationMethod: "DNS", tags: scope.tags("certificate") },
    { parent },
  )
  const asked = certificate.domainValidationOptions.apply(([option]) => {
    if (option === undefined) throw new Error(`ACM asks for no record to prove ${domain}`)
    return option
  })
  const record = new aws.route53.Record(
    "certificate-record",
    {
      zoneId,
      name: asked.resourceRecordName,
      type: asked.resourceRecordType,
      records: [asked.resourceRecordValue],
      ttl,
      // The same name is proven by the same record, whichever stack made it first.
      allowOverwrite: true,
    },
    { parent },
  )
  return new aws.acm.CertificateValidation(
    "certificate-validation",
    { certificateArn: certificate.arn, validationRecordFqdns: [record.fqdn] },
    { parent },
  ).certificateArn
}
