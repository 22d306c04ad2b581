import assert from "node:assert/strict"
import { X509Certificate } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { buildArgsOf, imageTag, readSource } from "../../../infra/targets/aws/source.ts"
import { authoritiesOf, databaseAuthorities } from "../../../infra/targets/aws/trust.ts"

const clone = join(import.meta.dirname, "../../..")
const source = { version: "1.2.3", revision: "abc", created: "2026-01-01", contents: "0", folder: ".", dockerfile: "d" }

test("an image has a tag of its own for whatever goes into it", () => {
  const tags = [
    source,
    { ...source, revision: "abd" },
    { ...source, created: "2026-01-02" },
    { ...source, contents: "1" },
  ].map(imageTag)
  for (const tag of tags) assert.match(tag, /^1\.2\.3-[0-9a-f]{12}$/)
  assert.equal(new Set(tags).size, tags.length)
  assert.equal(imageTag({ ...source, folder: "elsewhere" }), tags[0])
})

test("the source is the clone's, and the same each time it is read", () => {
  const read = readSource()
  const manifest: { version: string } = JSON.parse(readFileSync(join(clone, "package.json"), "utf8"))
  assert.equal(read.version, manifest.version)
  assert.match(read.contents, /^[0-9a-f]{64}$/)
  assert.deepEqual(readSource(), read)
  assert.match(readFileSync(join(process.cwd(), read.dockerfile), "utf8"), /^FROM \$\{NODE_IMAGE\}/m)
})

test("every argument of the build is one of the Dockerfile's", () => {
  const dockerfile = readFileSync(join(clone, "app/Dockerfile"), "utf8")
  for (const name of Object.keys(buildArgsOf(source))) assert.match(dockerfile, new RegExp(`^ARG ${name}=`, "m"))
})

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
