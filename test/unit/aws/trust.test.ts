import assert from "node:assert/strict"
import { X509Certificate } from "node:crypto"
import { test } from "node:test"
import { authoritiesOf, databaseAuthorities } from "../../../infra/targets/aws/trust.ts"

test("a region's authorities are its own three, and in force", () => {
  const bundle = databaseAuthorities("eu-central-1") ?? ""
  const certificates = bundle.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []
  const subjects = certificates.map((pem) => /CN=(.+)/.exec(new X509Certificate(pem).subject)?.[1])
  assert.deepEqual(
    subjects.sort(),
    ["ECC384", "RSA2048", "RSA4096"].map((kind) => `Amazon RDS eu-central-1 Root CA ${kind} G1`),
  )
  for (const pem of certificates) assert.ok(new X509Certificate(pem).validToDate > new Date("2060-01-01"))
  // One variable of a process holds no more.
  assert.ok(bundle.length < 2 ** 17)
})

test("a given bundle counts before the known one, and an unknown region has none", () => {
  const values = { "aws:region": "eu-central-1", "atlas:apiCidrs": [] }
  assert.equal(authoritiesOf({ ...values, "atlas:databaseCa": "PEM" }), "PEM")
  assert.equal(databaseAuthorities("xx-young-1"), undefined)
  assert.throws(
    () => authoritiesOf({ ...values, "aws:region": "xx-young-1" }),
    /no database authorities for xx-young-1/,
  )
})
