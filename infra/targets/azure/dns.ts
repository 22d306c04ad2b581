import * as dns from "@pulumi/azure-native/dns/index.js"
import type * as azure from "@pulumi/azure-native/network/index.js"
import type { Place } from "./place.ts"

const ttl = 300

export interface ZoneId {
  readonly resourceGroup: string
  readonly name: string
}

/** The parts of a zone's id. */
export function zoneOf(id: string): ZoneId {
  const [resourceGroup, , , , name] = id.split("/").slice(4)
  if (resourceGroup === undefined || name === undefined) throw new Error(`"${id}" is no id of a DNS zone`)
  return { resourceGroup, name }
}

/** What a domain is called in a zone; "@" is the zone itself. Undefined for one that is not in it. */
export function nameInZone(domain: string, zone: string): string | undefined {
  if (domain === zone) return "@"
  return domain.endsWith(`.${zone}`) ? domain.slice(0, -zone.length - 1) : undefined
}

/** Whether there is a zone in which the record could be made. It follows the address, whatever that is. */
export function createDomainRecord(place: Place, domain: string, address: azure.PublicIPAddress): boolean {
  const zoneId = place.values["atlas:dnsZoneId"]
  if (zoneId === undefined) return false
  const { resourceGroup, name } = zoneOf(zoneId)
  const relativeRecordSetName = nameInZone(domain, name)
  if (relativeRecordSetName === undefined) throw new Error(`${domain} is not in the zone ${name}`)
  new dns.RecordSet(
    "domain",
    {
      resourceGroupName: resourceGroup,
      zoneName: name,
      relativeRecordSetName,
      recordType: "A",
      ttl,
      targetResource: { id: address.id },
      metadata: { ...place.tags },
    },
    { parent: place.parent },
  )
  return true
}
