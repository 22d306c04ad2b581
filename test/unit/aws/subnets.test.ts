import assert from "node:assert/strict"
import { test } from "node:test"
import { isCidr, overlaps } from "../../../infra/spec/cidr.ts"
import { planSubnets } from "../../../infra/targets/aws/subnets.ts"

test("two zones: half of the network for pods, small subnets for the rest", () => {
  assert.deepEqual(planSubnets("10.0.0.0/16", 2), {
    private: ["10.0.0.0/18", "10.0.64.0/18"],
    public: ["10.0.192.0/24", "10.0.193.0/24"],
    data: ["10.0.194.0/24", "10.0.195.0/24"],
  })
})

test("three zones fill the same blocks", () => {
  assert.deepEqual(planSubnets("10.0.0.0/16", 3), {
    private: ["10.0.0.0/18", "10.0.64.0/18", "10.0.128.0/18"],
    public: ["10.0.192.0/24", "10.0.193.0/24", "10.0.194.0/24"],
    data: ["10.0.195.0/24", "10.0.196.0/24", "10.0.197.0/24"],
  })
})

test("a small network has small subnets, down to what a load balancer needs", () => {
  assert.deepEqual(planSubnets("192.168.8.0/23", 2), {
    private: ["192.168.8.0/25", "192.168.8.128/25"],
    public: ["192.168.9.128/27", "192.168.9.160/27"],
    data: ["192.168.9.192/27", "192.168.9.224/27"],
  })
  assert.throws(() => planSubnets("192.168.8.0/24", 2), {
    name: "RangeError",
    message: "192.168.8.0/24 is too small for 2 zones: their smallest subnets would be /28",
  })
})

test("subnets lie in their network and apart from each other, for any size and count of zones", () => {
  for (const [cidr, most] of [
    ["10.0.0.0/16", 6],
    ["172.31.128.0/18", 4],
    ["10.255.0.0/20", 3],
  ] as const) {
    for (let zones = 1; zones <= most; zones++) {
      const all = Object.values(planSubnets(cidr, zones)).flat()
      assert.equal(all.length, 3 * zones)
      for (const [index, one] of all.entries()) {
        assert.ok(isCidr(one) && overlaps(one, cidr), `${one} of ${cidr}`)
        for (const other of all.slice(index + 1)) assert.ok(!overlaps(one, other), `${one} and ${other}`)
      }
    }
  }
})
