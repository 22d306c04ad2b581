import assert from "node:assert/strict"
import { test } from "node:test"
import { defaultSpec } from "../../../infra/spec/defaults.ts"
import { check } from "../../../infra/targets/aws/check.ts"
import { aws } from "../../../infra/targets/aws/index.ts"
import { nameLimits, scopeOf } from "../../../infra/targets/aws/scope.ts"
import { refusing } from "../../support/infra/planned.ts"
import { development, production } from "./plan.ts"

const { refusals, keysOf } = refusing(aws)

test("a production and a development stack are taken", async () => {
  assert.deepEqual(await refusals(production), [])
  assert.deepEqual(await refusals(development), [])
})

test("region and the API's ranges are required everywhere", async () => {
  assert.deepEqual(await keysOf({ "atlas:cloud": "aws", "atlas:environment": "development" }), [
    "aws:region",
    "atlas:apiCidrs",
  ])
})

test("a deployment refuses what stands for an example", async () => {
  const example = { ...production, "atlas:operatorRoleArn": "arn:aws:iam::123456789012:role/operator" }
  assert.deepEqual(await keysOf(example, "refused"), [
    "atlas:domain",
    "atlas:alertEmail",
    "atlas:zoneId",
    "atlas:apiCidrs",
    "atlas:operatorRoleArn",
  ])
})

test("malformed values are refused, each by its key", async () => {
  const bad = {
    "aws:region": "eu-central",
    "atlas:apiCidrs": "10.0.0.1/8",
    "atlas:operatorRoleArn": "arn:aws:iam::1:role/x",
    "atlas:zoneId": "z1",
    "atlas:certificateArn": "arn:aws:acm:eu-central-1:123456789012:certificate/x",
    "atlas:kubernetesVersion": "latest",
    "atlas:databaseCa": "no certificate",
    "atlas:zones": "a,b",
  }
  const config = { ...production, ...bad }
  const found = new Set(await keysOf(config))
  for (const key of Object.keys(bad)) assert.ok(found.has(key), key)
  assert.ok((await keysOf({ ...production, "aws:region": "cn-north-1" })).includes("aws:region"))
})

test("a domain needs a zone or a certificate of the stack's region", async () => {
  const { "atlas:zoneId": _, ...bare } = production
  assert.deepEqual(await keysOf(bare), ["atlas:zoneId"])
  const certificate = (region: string) =>
    `arn:aws:acm:${region}:210987654321:certificate/01234567-89ab-cdef-0123-456789abcdef`
  assert.deepEqual(await refusals({ ...bare, "atlas:certificateArn": certificate("eu-central-1") }), [])
  assert.deepEqual(await refusals({ ...bare, "atlas:certificateArn": certificate("us-east-1") }), [
    {
      key: "atlas:certificateArn",
      value: certificate("us-east-1"),
      allowed: "a certificate of the stack's region, eu-central-1",
    },
  ])
})

test("only development goes without a domain", async () => {
  assert.deepEqual(await keysOf({ ...development, "atlas:environment": "staging" }), ["atlas:domain"])
  assert.deepEqual(await keysOf({ ...development, "atlas:environment": "production" }), [
    "atlas:domain",
    "atlas:alertEmail",
  ])
})

test("production closes the API of its cluster to the internet", async () => {
  assert.deepEqual(await refusals({ ...production, "atlas:apiCidrs": "198.51.100.0/24,0.0.0.0/0" }), [
    {
      key: "atlas:apiCidrs",
      value: "0.0.0.0/0",
      allowed: "in production, ranges that are not the whole internet",
    },
  ])
  assert.deepEqual(await refusals({ ...development, "atlas:apiCidrs": "0.0.0.0/0" }), [])
})

test("all processes together need no more connections than Aurora grants", async () => {
  const small = { "atlas:databaseMinCapacity": "1", "atlas:databaseMaxCapacity": "2" }
  assert.deepEqual(await refusals({ ...production, ...small }), [
    {
      key: "atlas:databasePool",
      value: "20",
      allowed:
        "a pool with which 20 processes need at most the 400 connections that Aurora grants at 2 units; this one needs 430",
    },
  ])
  assert.deepEqual(await refusals({ ...production, ...small, "atlas:databasePool": "18" }), [])
})

test("zones are different ones of the region, and enough of them, named all in one way", async () => {
  const zones = (value: string) => keysOf({ ...production, "atlas:zones": value })
  for (const good of ["eu-central-1a,eu-central-1c", "euc1-az1,euc1-az3"]) assert.deepEqual(await zones(good), [], good)
  for (const bad of [
    ...["eu-central-1a", "eu-central-1a,eu-central-1a", "eu-central-1a,us-east-1b"],
    ...["euc1-az1", "euc1-az1,euc1-az1", "euc1-az1,use1-az1", "euc1-az1,eu-central-1b"],
  ]) {
    assert.deepEqual(await zones(bad), ["atlas:zones"], bad)
  }
})

test("a region without known authorities asks for its bundle", async () => {
  const young = { ...development, "aws:region": "xx-west-1", "atlas:zones": "xxw1-az1,xxw1-az2" }
  assert.deepEqual(await keysOf(young), ["atlas:databaseCa"])
  const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
  assert.deepEqual(await keysOf({ ...young, "atlas:databaseCa": pem }), [])
})

test("what the spec asks beyond AWS's ranges is refused", () => {
  const spec = defaultSpec("development")
  const keys = (change: Partial<typeof spec>) =>
    check({ ...spec, ...change }, { "aws:region": "us-east-1" }).map(({ key }) => key)
  assert.deepEqual(keys({}), [])
  assert.deepEqual(keys({ database: { ...spec.database, pointInTime: "36 days" } }), ["database.pointInTime"])
  assert.deepEqual(keys({ database: { ...spec.database, pauseAfter: "60 seconds" } }), ["database.pauseAfter"])
  assert.deepEqual(keys({ network: { ...spec.network, cidr: "172.20.0.0/16" } }), ["network.cidr"])
  assert.deepEqual(keys({ network: { ...spec.network, cidr: "10.0.0.0/24" } }), ["network.cidr"])
  for (const keep of ["1 days", "60 days", "3288 days"] as const) assert.deepEqual(keys({ logs: { keep } }), [], keep)
  for (const keep of ["2 days", "31 days", "36 hours"] as const) {
    assert.deepEqual(keys({ logs: { keep } }), ["logs.keep"], keep)
  }
  assert.deepEqual(keys({ backups: { keep: "36 hours", nightly: false } }), ["backups.keep"])
})

test("a region whose zones are not known, or are too few, asks for them", async () => {
  const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
  const young = { ...development, "aws:region": "xx-west-1", "atlas:databaseCa": pem }
  assert.deepEqual(await refusals(young), [
    {
      key: "atlas:zones",
      value: undefined,
      allowed: "2 or more different zones of xx-west-1, of which this program knows 0",
    },
  ])
  const spec = defaultSpec("development")
  const zones = (count: number) =>
    check({ ...spec, network: { ...spec.network, zones: count } }, { "aws:region": "us-west-1" }).map(({ key }) => key)
  assert.deepEqual(zones(2), [])
  assert.deepEqual(zones(3), ["atlas:zones"])
})

test("names fit what AWS takes, and stay apart when they are cut", () => {
  const scope = (stack: string) =>
    scopeOf(
      {
        spec: defaultSpec("staging"),
        values: {},
        names: { project: "atlas", stack, generation: 2 },
        secret: () => undefined,
      },
      { "aws:region": "eu-central-1", "atlas:apiCidrs": [] },
      undefined as never,
    )
  const [one, other] = [
    scope("a-stack-with-a-very-long-name-of-some-team-1"),
    scope("a-stack-with-a-very-long-name-of-some-team-2"),
  ]
  for (const [kind, longest] of Object.entries(nameLimits) as [keyof typeof nameLimits, number][]) {
    const [first, second] = [one.name(kind, "database"), other.name(kind, "database")]
    assert.ok(first.length <= longest && second.length <= longest, kind)
    assert.match(first, /^[a-z](?:-?[a-z0-9])*$/)
    assert.notEqual(first, second, kind)
  }
  assert.equal(scope("dev").name("database", "final"), "atlas-dev-g2-final")
  assert.deepEqual(scope("dev").tags("vpc"), {
    project: "atlas",
    stack: "dev",
    environment: "staging",
    "managed-by": "pulumi",
    Name: "atlas-dev-g2-vpc",
  })
})
