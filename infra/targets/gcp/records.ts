import * as gcp from "@pulumi/gcp"
import type * as pulumi from "@pulumi/pulumi"
import type { Scope } from "./scope.ts"

const ttl = 300

/** A public record, as its name server is told it: the name with a dot at its end. */
export interface DnsRecord {
  readonly name: pulumi.Output<string>
  readonly type: pulumi.Output<string>
  readonly data: pulumi.Output<string>
}

/** The record in the stack's zone; undefined where there is no zone, and the record is the operator's to make. */
export function createRecord(scope: Scope, part: string, { name, type, data }: DnsRecord): pulumi.Resource | undefined {
  const managedZone = scope.values["atlas:dnsZone"]
  if (managedZone === undefined) return undefined
  return new gcp.dns.RecordSet(part, { managedZone, name, type, ttl, rrdatas: [data] }, scope.inside())
}
