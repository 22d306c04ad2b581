import { generateKeyPairSync, sign } from "node:crypto"

/** A key, and the certificate that it signs for itself. Node makes none, so it is put together here (RFC 5280). */
export function selfSigned(name: string, until: Date): { readonly key: string; readonly cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const algorithm = sequence(identifier("2a8648ce3d040302"))
  const subject = sequence(element(0x31, sequence(identifier("550403"), element(0x0c, Buffer.from(name)))))
  const facts = sequence(
    element(0x02, Buffer.from([1])),
    algorithm,
    subject,
    sequence(time(new Date(0)), time(until)),
    subject,
    publicKey.export({ type: "spki", format: "der" }),
  )
  const signature = element(0x03, Buffer.concat([Buffer.from([0]), sign("sha256", facts, privateKey)]))
  const text = sequence(facts, algorithm, signature).toString("base64").replaceAll(/.{64}/g, "$&\n")
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`,
  }
}

/** A DER element: its tag, the length of its content, and the content. */
function element(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const sequence = (...parts: readonly Buffer[]) => element(0x30, ...parts)
const identifier = (hexadecimal: string) => element(0x06, Buffer.from(hexadecimal, "hex"))
/** Such as 20300101000000Z. */
const time = (moment: Date) => element(0x18, Buffer.from(`${moment.toISOString().replaceAll(/\D/g, "").slice(0, 14)}Z`))
