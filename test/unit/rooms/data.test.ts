import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { setTimeout as delay } from "node:timers/promises"
import { openCache } from "../../../app/data/cache.ts"
import { connectionOptions } from "../../../app/data/connection.ts"
import { readCursor, readLimit, writeCursor } from "../../../app/data/page.ts"
import { databaseUnavailable, meansUnavailable } from "../../../app/data/unavailable.ts"
import { ProblemError } from "../../../app/problem.ts"

const url = "postgres://u:p@host:5432/db"

describe("connection options", () => {
  it("use no TLS where nothing asks for it", () => {
    for (const plain of [url, `${url}?sslmode=disable`]) {
      const options = connectionOptions(plain)
      assert.equal(options.ssl, false)
      assert.equal(options.connectionString, url)
    }
  })

  it("verify the server where the URL or a CA asks for TLS, and take nothing about TLS from the URL", () => {
    for (const mode of ["require", "verify-ca", "verify-full"]) {
      assert.deepEqual(connectionOptions(`${url}?sslmode=${mode}`).ssl, { rejectUnauthorized: true })
    }
    const options = connectionOptions(`${url}?sslmode=verify-full&sslrootcert=/x&options=-c%20a%3Db`, "PEM")
    assert.deepEqual(options.ssl, { rejectUnauthorized: true, ca: "PEM" })
    assert.equal(options.connectionString, `${url}?options=-c+a%3Db`)
    assert.deepEqual(connectionOptions(url, "PEM").ssl, { rejectUnauthorized: true, ca: "PEM" })
  })

  it("refuse a mode that does not verify, and a contradiction, without showing the URL", () => {
    assert.throws(() => connectionOptions(`${url}?sslmode=prefer`), {
      message:
        "DATABASE_URL has sslmode=prefer, which does not verify the server. Allowed: disable, require, verify-ca, verify-full.",
    })
    assert.throws(() => connectionOptions(`${url}?sslmode=disable`, "PEM"), /DATABASE_CA is given/)
  })
})

describe("what means unavailable", () => {
  const coded = (code: string) => Object.assign(new Error("x"), { code })

  it("is any way in which nobody answers", () => {
    for (const code of ["ECONNREFUSED", "ECONNRESET", "57P01", "57P03", "08006", "53300", "57014"]) {
      assert.equal(meansUnavailable(coded(code)), true, code)
    }
    const messages = [
      "Connection terminated unexpectedly",
      "timeout exceeded when trying to connect",
      "Query read timeout",
    ]
    for (const message of messages) assert.equal(meansUnavailable(new Error(message)), true, message)
    assert.equal(meansUnavailable(databaseUnavailable(undefined)), true)
  })

  it("is no refused statement and no other problem", () => {
    for (const code of ["23505", "22012", "42P01", "40001"]) assert.equal(meansUnavailable(coded(code)), false, code)
    assert.equal(meansUnavailable(new ProblemError("not-found", "x")), false)
    assert.equal(meansUnavailable("Connection terminated"), false)
  })

  it("becomes a problem with Retry-After that does not show the driver's text", () => {
    const problem = databaseUnavailable(new Error("password authentication failed for user x"))
    assert.equal(problem.status, 503)
    assert.equal(problem.retryAfter, 5)
    assert.equal(problem.message, "The database does not answer. Try again in a few seconds.")
  })
})

describe("pages", () => {
  it("have 50 items unless 1 to 200 are asked for", () => {
    assert.equal(readLimit({}), 50)
    assert.equal(readLimit({ limit: 200 }), 200)
    for (const limit of [0, 201, 1.5, Number.NaN]) assert.throws(() => readLimit({ limit }), ProblemError)
  })

  it("continue by a cursor that holds exactly what it was made of", () => {
    const cursor = writeCursor(["tv", "2"])
    assert.match(cursor, /^[\w-]+$/)
    assert.deepEqual(readCursor(cursor, [/^tv$/, /^\d$/]), ["tv", "2"])
    for (const fits of [[/^tv$/], [/^tv$/, /^x$/], [/^tv$/, /^\d$/, /^$/]]) {
      assert.throws(() => readCursor(cursor, fits), /The cursor must be/)
    }
    for (const other of ["", "%%%", writeCursor([])]) assert.throws(() => readCursor(other, [/./]), ProblemError)
  })
})

describe("the in-process cache", () => {
  it("keeps values for their time and says what it is", async (context) => {
    const none = () => undefined
    const cache = openCache({ log: { debug: none, info: none, warn: none, error: none } })
    assert.equal(cache.kind, "in-process")
    assert.equal(cache.redis, undefined)
    assert.equal(await cache.ping(), true)
    assert.equal(await cache.get("a"), undefined)
    const begun = performance.now()
    await cache.set("a", "1", 10)
    assert.equal(await cache.get("a"), "1")
    context.mock.method(performance, "now", () => begun + 11_000)
    // lru-cache keeps the time that it read for a millisecond.
    await delay(5)
    assert.equal(await cache.get("a"), undefined)
    await cache.close()
  })
})
