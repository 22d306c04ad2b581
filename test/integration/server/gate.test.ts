import assert from "node:assert/strict"
import { once } from "node:events"
import { type AddressInfo, createServer } from "node:net"
import { describe, it } from "node:test"
import { gate } from "../../../app/server/gate.ts"
import { openLog } from "../../../app/server/log.ts"
import { readSettings } from "../../../app/server/settings.ts"
import { withPostgres } from "../../support/postgres.ts"

/** Takes the log and forgets it. */
const silent = { write: () => undefined }

describe("the gate", () => {
  const postgres = withPostgres()
  const settings = (environment: Record<string, string> = {}) =>
    readSettings({ DATABASE_URL: postgres.url(), ...environment })

  it("fails a release that would never become ready, and says at which step", async () => {
    // A database without a model: no replica on it is ever ready.
    const failing = gate(settings({ SEED_EXAMPLES: "false" }), openLog("ERROR", silent))
    await assert.rejects(failing, /^Error: The release failed its gate: \/ready answered 503: .*"models":false/)
  })

  it("passes one that answers, whoever its clients will be", async () => {
    await gate(settings({ AUTH: "jwt", JWT_SECRET: "a-secret-of-thirty-two-characters" }), openLog("ERROR", silent))
  })

  it("waits for nobody to show a certificate", async () => {
    let asked = 0
    const server = createServer((socket) => {
      asked++
      socket.destroy()
    }).listen(0, "127.0.0.1")
    await once(server, "listening")
    try {
      await gate(settings({ DOMAIN: `127.0.0.1:${(server.address() as AddressInfo).port}` }), openLog("ERROR", silent))
      assert.equal(asked, 0)
    } finally {
      server.close()
    }
  })
})
