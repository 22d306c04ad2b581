import assert from "node:assert/strict"
import { X509Certificate } from "node:crypto"
import { test } from "node:test"
import { checkCacheIdentity } from "../../../app/data/cache.ts"

const certificateOf = (...lines: string[]) =>
  new X509Certificate(
    ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----"].join("\n"),
  ).toLegacyObject()

/** Self-signed: the common name 10.0.0.3 and nothing else. */
const common = certificateOf(
  "MIIBfTCCASOgAwIBAgIUAIuJA6S9jgFNgsGk0+L9Zr1fI2MwCgYIKoZIzj0EAwIw",
  "EzERMA8GA1UEAwwIMTAuMC4wLjMwIBcNMjYxMTI0MTM0MDA3WhgPMjEyNjEwMzEx",
  "MzQwMDdaMBMxETAPBgNVBAMMCDEwLjAuMC4zMFkwEwYHKoZIzj0CAQYIKoZIzj0D",
  "AQcDQgAEwzpUbEMS3v5Eu0L3INanToeLEmvTFNPy51o1vnZ+gM3k783RJHQhYpYd",
  "3plQRhDMR8zFj1vTppo23PILkdZrNqNTMFEwHQYDVR0OBBYEFHYUBknV8icc3KXj",
  "rqy9vQvqML9LMB8GA1UdIwQYMBaAFHYUBknV8icc3KXjrqy9vQvqML9LMA8GA1Ud",
  "EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAK+Jh/Wb0T8ATx0I8rvxX4dQ",
  "rxTwQfSdbD/9Vkc2aJUeAiB0R5/+IGIL7A5wzgMhgSPvEuXCslfkBCt7ugR0GGFQ",
  "JQ==",
)

/** The common name 10.0.0.4, and 10.0.0.3 as an alternative name. */
const alternative = certificateOf(
  "MIIBjjCCATSgAwIBAgIUDws8JbZmaQHdZQ5m/bCKhE2yM6UwCgYIKoZIzj0EAwIw",
  "EzERMA8GA1UEAwwIMTAuMC4wLjQwIBcNMjYxMTI0MTM0MDA4WhgPMjEyNjEwMzEx",
  "MzQwMDhaMBMxETAPBgNVBAMMCDEwLjAuMC40MFkwEwYHKoZIzj0CAQYIKoZIzj0D",
  "AQcDQgAEsnhg94xKOlZfl2pIMBAsq+d3iSVLztt1PNy4IVemJ+LFrjOeiUtaKxpe",
  "JBeJSFJU0cTt6n5lGNmbDDsgE1xzDqNkMGIwHQYDVR0OBBYEFJzRZBaHvt6hiBR8",
  "bA5DDVostmNTMB8GA1UdIwQYMBaAFJzRZBaHvt6hiBR8bA5DDVostmNTMA8GA1Ud",
  "EwEB/wQFMAMBAf8wDwYDVR0RBAgwBocECgAAAzAKBggqhkjOPQQDAgNIADBFAiBu",
  "JtUkWrUxEexnNWzqC/fjJehJ0RcouFqZptuiRjKDQgIhANWN0X8HmzgdTCKqJYYK",
  "WRqAUsuhsD4j6FD5wNzxN7LC",
)

/** The common name 10.0.0.3, and cache.test as an alternative name. */
const named = certificateOf(
  "MIIBkzCCATqgAwIBAgIUB9Msn4CK8IYVqZcsIDYnHzjUCfowCgYIKoZIzj0EAwIw",
  "EzERMA8GA1UEAwwIMTAuMC4wLjMwIBcNMjYxMTI0MTM0MDA4WhgPMjEyNjEwMzEx",
  "MzQwMDhaMBMxETAPBgNVBAMMCDEwLjAuMC4zMFkwEwYHKoZIzj0CAQYIKoZIzj0D",
  "AQcDQgAERXP1at03BzogBC4/3OE+13KeTthl3GE/MYCDBjWOg8x6P2UpofiO4Ho2",
  "BoAbbXQvFAyQm54aLJOrztzvUdT5KqNqMGgwHQYDVR0OBBYEFBZYhWPoZ/W7vHcl",
  "np4oO6daWIUaMB8GA1UdIwQYMBaAFBZYhWPoZ/W7vHclnp4oO6daWIUaMA8GA1Ud",
  "EwEB/wQFMAMBAf8wFQYDVR0RBA4wDIIKY2FjaGUudGVzdDAKBggqhkjOPQQDAgNH",
  "ADBEAiA6d6VDEGCgGdhmCghpeymktiAGKTfjnlrHIGWAeOIxcAIgGEyL6nHD4lgD",
  "B5YvvSP5l96zLN79claSiZvRZOpqqcs=",
)

const codeOf = (error: Error | undefined) =>
  error === undefined ? undefined : Object.hasOwn(error, "code") && Reflect.get(error, "code")

test("an address is the server's by its alternative names, or by its common name where there are none", () => {
  assert.equal(checkCacheIdentity("10.0.0.3", common), undefined)
  assert.equal(checkCacheIdentity("10.0.0.3", alternative), undefined)
  assert.equal(checkCacheIdentity("cache.test", named), undefined)
})

test("another address is not, and alternative names count before the common one", () => {
  for (const [host, certificate] of [
    ["10.0.0.4", common],
    ["10.0.0.4", alternative],
    ["10.0.0.3", named],
    ["other.test", named],
  ] as const) {
    assert.equal(codeOf(checkCacheIdentity(host, certificate)), "ERR_TLS_CERT_ALTNAME_INVALID", host)
  }
})
