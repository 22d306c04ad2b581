import assert from "node:assert/strict"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { after, before, describe, it } from "node:test"
import { exportJWK, generateKeyPair, SignJWT } from "jose"
import { headers } from "../../../app/contract/headers.ts"
import { routes } from "../../../app/contract/routes.ts"
import { consumer, startApp, type TestApp } from "../../support/app.ts"
import { withPostgres } from "../../support/postgres.ts"

const secret = "a-secret-of-thirty-two-characters"
const audience = "atlas"
const hour = 3600

function token(claims: { sub?: string; expires?: number; key?: string } = {}) {
  const now = Math.floor(Date.now() / 1000)
  const made = new SignJWT({}).setProtectedHeader({ alg: "HS256" }).setSubject(claims.sub ?? "analyst")
  if (claims.expires !== undefined) made.setExpirationTime(now + claims.expires)
  return made.sign(new TextEncoder().encode(claims.key ?? secret))
}

const bearer = (text: string) => ({ headers: { Authorization: `Bearer ${text}` } })

describe("authentication", () => {
  const postgres = withPostgres()

  describe("behind the gateway", () => {
    let app: TestApp
    before(async () => {
      app = await startApp(postgres.url())
    })
    after(() => app.close())

    it("knows the consumer by the gateway's header, and nobody without it", async () => {
      assert.equal((await app.ask("GET", routes.models)).status, 200)
      const nobody = await app.ask("GET", routes.models, { headers: { [headers.consumer]: "" } })
      assert.equal(nobody.status, 401)
      assert.equal(nobody.body.type, "/problems/unauthenticated")
      assert.match(String(nobody.headers["www-authenticate"]), /^Bearer/)
    })

    it("asks nobody for a name outside the API", async () => {
      const anonymous = { headers: { [headers.consumer]: "" } }
      for (const url of [routes.health, routes.ready, routes.metrics, `${routes.docs}/json`]) {
        assert.equal((await app.ask("GET", url, anonymous)).status, 200, url)
      }
    })

    it("is not fooled by a path that is written otherwise", async () => {
      const anonymous = { headers: { [headers.consumer]: "" } }
      for (const url of ["/%61pi/v1/models", "/api/v1/models/", "//api/v1/models", "/api/v1/%6dodels"]) {
        assert.ok([401, 404].includes((await app.ask("GET", url, anonymous)).status), url)
      }
    })
  })

  describe("with tokens of a shared secret", () => {
    let app: TestApp
    before(async () => {
      app = await startApp(postgres.url(), { AUTH: "jwt", JWT_SECRET: secret })
    })
    after(() => app.close())

    it("takes a valid token, whatever the gateway's header says", async () => {
      assert.equal((await app.ask("GET", routes.models, bearer(await token({ expires: hour })))).status, 200)
      assert.equal((await app.ask("GET", routes.models, { headers: { [headers.consumer]: consumer } })).status, 401)
    })

    it("refuses every other token", async () => {
      const unsigned = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from('{"sub":"x","exp":9999999999}').toString("base64url")}.`
      const refused = {
        expired: await token({ expires: -10 }),
        "without expiry": await token(),
        "of another secret": await token({ expires: hour, key: "another-secret-of-32-characters!" }),
        "without a subject": await token({ expires: hour, sub: "" }),
        "without a signature": unsigned,
        "that is none": "nonsense",
      }
      for (const [name, text] of Object.entries(refused)) {
        const answer = await app.ask("GET", routes.models, bearer(text))
        assert.equal(answer.status, 401, name)
        assert.equal(JSON.stringify(answer.body).includes(text), false, "the token is not repeated")
      }
      assert.match((await app.ask("GET", routes.models, bearer(refused.expired))).body.detail, /expired/)
    })
  })

  describe("with tokens of an issuer", () => {
    let issuer: Server
    let app: TestApp
    let sign: (claims: { audience: string; issuer?: string }) => Promise<string>
    let url: string
    let isAway = false

    before(async () => {
      const { publicKey, privateKey } = await generateKeyPair("RS256")
      const key = { ...(await exportJWK(publicKey)), kid: "one", alg: "RS256", use: "sig" }
      issuer = createServer((request, response) => {
        if (isAway) return response.writeHead(500).end()
        const isDiscovery = request.url === "/.well-known/openid-configuration"
        response.setHeader("Content-Type", "application/json")
        return response.end(JSON.stringify(isDiscovery ? { issuer: url, jwks_uri: `${url}/keys` } : { keys: [key] }))
      })
      await new Promise<void>((resolve) => issuer.listen(0, "127.0.0.1", resolve))
      url = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`
      sign = (claims) =>
        new SignJWT({})
          .setProtectedHeader({ alg: "RS256", kid: "one" })
          .setSubject("analyst")
          .setIssuer(claims.issuer ?? url)
          .setAudience(claims.audience)
          .setExpirationTime("1h")
          .sign(privateKey)
      app = await startApp(postgres.url(), { AUTH: "oidc", OIDC_ISSUER: url, OIDC_AUDIENCE: audience })
    })
    after(async () => {
      await app.close()
      issuer.closeAllConnections()
      await new Promise((resolve) => issuer.close(resolve))
    })

    it("answers 503 while the issuer is away, and takes tokens once it is back", async () => {
      isAway = true
      const away = await app.ask("GET", routes.models, bearer(await sign({ audience })))
      assert.equal(away.status, 503)
      assert.equal(away.body.type, "/problems/identity-unavailable")
      assert.ok(Number(away.headers["retry-after"]) > 0)
      isAway = false
      assert.equal((await app.ask("GET", routes.models, bearer(await sign({ audience })))).status, 200)
    })

    it("refuses a token for another service or of another issuer", async () => {
      assert.equal((await app.ask("GET", routes.models, bearer(await sign({ audience: "other" })))).status, 401)
      const stranger = await sign({ audience, issuer: "http://127.0.0.1:1" })
      assert.equal((await app.ask("GET", routes.models, bearer(stranger))).status, 401)
    })
  })
})
