import assert from "node:assert/strict"
import { test } from "node:test"
import { isCidr, overlaps } from "../../../infra/spec/cidr.ts"
import type { Memory } from "../../../infra/spec/units.ts"
import { storageAddress } from "../../../infra/targets/azure/archive.ts"
import { idleMinutes } from "../../../infra/targets/azure/balancer.ts"
import { cacheAvailability, cacheSku, serverSize } from "../../../infra/targets/azure/capacity.ts"
import { nameInZone, zoneOf } from "../../../infra/targets/azure/dns.ts"
import { groupSizes, isTenths } from "../../../infra/targets/azure/group-sizes.ts"
import { guidOf } from "../../../infra/targets/azure/guid.ts"
import { retentionOf } from "../../../infra/targets/azure/retention.ts"
import { surgeOf } from "../../../infra/targets/azure/rolling.ts"
import { lastAddress, planSubnets } from "../../../infra/targets/azure/subnets.ts"
import { ids } from "./plan.ts"

const size = (cpu: number, memory: Memory, most = cpu, mostMemory = memory) => ({
  request: { cpu: `${cpu} vCPU`, memory } as const,
  limit: { cpu: `${most} vCPU`, memory: mostMemory } as const,
})
const amount = (cpu: number, memoryInGB: number) => ({ cpu, memoryInGB })

test("the guide's api and Kong fit a group as they are", () => {
  assert.deepEqual(groupSizes(size(0.5, "1 GiB", 1, "2 GiB"), size(0.5, "1 GiB")), [
    { requests: amount(0.5, 1), limits: amount(1, 2) },
    { requests: amount(0.5, 1), limits: amount(0.5, 1) },
  ])
})

test("a container alone is promised all that it may take, and a group's least", () => {
  assert.deepEqual(groupSizes(size(0.5, "1 GiB", 1, "2 GiB")), [{ requests: amount(1, 2), limits: amount(1, 2) }])
  assert.deepEqual(groupSizes(size(0.2, "512 MiB")), [{ requests: amount(1, 1), limits: amount(1, 1) }])
})

test("no container may take more than its group is given: the first is promised what is missing", () => {
  const [app, kong] = groupSizes(size(1, "2 GiB", 2, "4 GiB"), size(0.5, "1 GiB"))
  assert.deepEqual(app, { requests: amount(1.5, 3), limits: amount(2, 4) })
  assert.deepEqual(kong, { requests: amount(0.5, 1), limits: amount(0.5, 1) })
})

test("tenths are tenths, however a computer writes them", () => {
  assert.deepEqual([0.1 + 0.2, 1.5, 2, 0.25, 1.05].map(isTenths), [true, true, true, false, false])
})

test("the server has the memory of the most capacity, and production's is none that slows down", () => {
  const name = (max: number, isProduction: boolean) => serverSize({ min: 0, max }, isProduction).name
  assert.deepEqual(
    [1, 2, 4, 8, 9, 64].map((max) => name(max, false)),
    ["B1ms", "B2s", "B2ms", "B4ms", "B8ms", "D32ds_v5"].map((size) => `Standard_${size}`),
  )
  assert.deepEqual(
    [1, 4, 5, 8, 128].map((max) => name(max, true)),
    ["D2ds_v5", "D2ds_v5", "D4ds_v5", "D4ds_v5", "D64ds_v5"].map((size) => `Standard_${size}`),
  )
  assert.deepEqual(serverSize({ min: 2, max: 8 }, true), {
    name: "Standard_D4ds_v5",
    tier: "GeneralPurpose",
    memory: 16,
    connections: 1703,
  })
  assert.throws(() => name(129, true), {
    name: "RangeError",
    message: "No server has the memory of 129 units, 258 GiB",
  })
})

test("the cache has the memory free that Azure does not keep, and one node or two", () => {
  const sku = (memory: Memory) => cacheSku({ memory })
  assert.deepEqual(
    (["256 MiB", "409 MiB", "410 MiB", "2 GiB", "4 GiB"] as const).map(sku),
    ["B0", "B0", "B1", "B3", "B5"].map((name) => `Balanced_${name}`),
  )
  assert.throws(() => sku("25 GiB"), /^RangeError: No cache that is one piece has 25 GiB free for data/)
  assert.deepEqual(
    [1, 2].map((nodes) => cacheAvailability({ nodes })),
    ["Disabled", "Enabled"],
  )
  assert.throws(() => cacheAvailability({ nodes: 3 }), /^RangeError: Azure Managed Redis has 1 or 2 nodes, not 3/)
})

test("half of the network is the container groups', and small subnets for the rest", () => {
  assert.deepEqual(planSubnets("10.0.0.0/16"), {
    groups: "10.0.0.0/17",
    gateway: "10.0.128.0/24",
    database: "10.0.129.0/24",
    endpoints: "10.0.130.0/24",
  })
  assert.deepEqual(planSubnets("192.168.8.0/23"), {
    groups: "192.168.8.0/24",
    gateway: "192.168.9.0/26",
    database: "192.168.9.64/26",
    endpoints: "192.168.9.128/26",
  })
  assert.throws(() => planSubnets("192.168.8.0/24"), {
    name: "RangeError",
    message: "192.168.8.0/24 is too small: its smallest subnets would be /27, and Azure needs /26",
  })
  for (const cidr of ["10.0.0.0/8", "172.16.0.0/12", "10.255.0.0/20"]) {
    const all: readonly string[] = Object.values(planSubnets(cidr))
    for (const [index, one] of all.entries()) {
      assert.ok(isCidr(one) && overlaps(one, cidr), one)
      for (const other of all.slice(index + 1)) assert.ok(!overlaps(one, other), `${one} and ${other}`)
    }
  }
})

test("the load balancer's address is the last that Azure does not keep", () => {
  assert.equal(lastAddress("10.0.130.0/24"), "10.0.130.254")
  assert.equal(lastAddress("192.168.9.128/26"), "192.168.9.190")
})

test("a connection may be silent for twice a request's time, and Azure's least", () => {
  assert.deepEqual(
    (["300 seconds", "301 seconds", "30 seconds"] as const).map((idleTimeout) => idleMinutes({ idleTimeout })),
    [10, 12, 4],
  )
})

test("logs are kept as long as a workspace can", () => {
  assert.deepEqual([30, 31, 730].map(retentionOf), [30, 31, 730])
  for (const days of [29, 731, 30.5]) assert.throws(() => retentionOf(days), /keeps logs for 30 to 730 days/)
})

test("a third more groups than asked for may be there while they are replaced", () => {
  assert.deepEqual([1, 3, 10, 100].map(surgeOf), [1, 2, 4, 34])
})

test("a domain has its name in its zone", () => {
  assert.deepEqual(zoneOf(ids.zone), { resourceGroup: "names", name: "optimizer.example.com" })
  assert.equal(nameInZone("api.optimizer.example.com", "optimizer.example.com"), "api")
  assert.equal(nameInZone("a.b.example.com", "example.com"), "a.b")
  assert.equal(nameInZone("example.com", "example.com"), "@")
  assert.equal(nameInZone("notexample.com", "example.com"), undefined)
})

test("storage takes one address without its prefix", () => {
  assert.deepEqual(["198.51.100.7/32", "203.0.113.0/24"].map(storageAddress), ["198.51.100.7", "203.0.113.0/24"])
})

test("a text always gives the same UUID, of version 5", () => {
  assert.equal(guidOf("a"), guidOf("a"))
  assert.notEqual(guidOf("a"), guidOf("b"))
  assert.match(guidOf("a"), /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})
