import assert from "node:assert/strict"
import { once } from "node:events"
import { type AddressInfo, createServer, type Server } from "node:net"
import { after, describe, it } from "node:test"
import { createServer as createTlsServer } from "node:tls"
import { readCertificateEnd, watchCertificate } from "../../../app/server/certificate.ts"
import { selfSigned } from "../../support/certificate.ts"

describe("the end of a certificate", { timeout: 20_000 }, () => {
  const servers: Server[] = []
  after(() => Promise.all(servers.map((server) => new Promise((done) => server.close(done)))))

  /** Where the server listens, as a domain with its port. */
  async function listen(server: Server): Promise<string> {
    servers.push(server)
    await once(server.listen(0, "127.0.0.1"), "listening")
    return `localhost:${(server.address() as AddressInfo).port}`
  }
  const until = new Date("2031-05-06T07:08:09Z")
  const serve = () => listen(createTlsServer(selfSigned("localhost", until)))
  const refuse = () => listen(createServer((socket) => socket.destroy()))

  it("is read from what clients are shown, whoever signed it", async () => {
    assert.equal(await readCertificateEnd(await serve()), until.getTime() / 1000)
  })

  it("is read of one that has ended, too", async () => {
    const ended = new Date("2020-01-01T00:00:00Z")
    const domain = await listen(createTlsServer(selfSigned("localhost", ended)))
    assert.equal(await readCertificateEnd(domain), ended.getTime() / 1000)
  })

  it("is not made up where a server shows none", async () => {
    await assert.rejects(readCertificateEnd(await refuse()), /ECONNRESET|disconnected before secure TLS/)
  })

  it("is told when it is seen, and a failure is logged", async () => {
    const lines: object[] = []
    const log = { warn: (line: object) => lines.push(line) }
    const domain = await serve()
    const seen = await new Promise<number>((resolve) => {
      watchCertificate({ domain, seen: resolve, log }).stop()
    })
    assert.equal(seen, until.getTime() / 1000)
    assert.deepEqual(lines, [])
    const closed = await refuse()
    const line = await new Promise<object>((resolve) => {
      watchCertificate({ domain: closed, seen: () => assert.fail("nothing is seen"), log: { warn: resolve } }).stop()
    })
    assert.equal("domain" in line ? line.domain : undefined, closed)
  })
})
