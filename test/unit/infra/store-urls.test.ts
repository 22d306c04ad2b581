import assert from "node:assert/strict"
import { test } from "node:test"
import { cacheUrl, databaseUrl } from "../../../infra/spec/store-urls.ts"

test("the database's URL verifies the server", () => {
  assert.equal(
    databaseUrl({ host: "db.internal", name: "atlas", password: "s3cret" }),
    "postgres://atlas:s3cret@db.internal:5432/atlas?sslmode=verify-full",
  )
})

test("the cache's URL speaks TLS, at the port that its cloud has", () => {
  assert.equal(cacheUrl({ host: "cache.internal", password: "t0ken" }), "rediss://:t0ken@cache.internal:6379")
  assert.equal(
    cacheUrl({ host: "cache.internal", password: "t0ken", port: 10_000 }),
    "rediss://:t0ken@cache.internal:10000",
  )
})
