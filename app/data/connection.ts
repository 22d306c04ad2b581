import type { ClientConfig } from "pg"

/** Time limits of a connection, in milliseconds. */
export const limits = {
  /** How long a connection, new or from the pool, may take to be had. */
  connect: 5_000,
  /** How long one statement may run before the server cancels it. */
  statement: 30_000,
  /** How long the client waits for an answer: longer than the server's limit, for the server that has vanished. */
  answer: 35_000,
  /** How long a transaction may sit idle before the server ends it, so that a hung process keeps no lock. */
  idleInTransaction: 60_000,
} as const

const verifiedModes = new Set(["require", "verify-ca", "verify-full"])
const sslParameters = ["sslmode", "ssl", "sslrootcert", "sslcert", "sslkey", "uselibpqcompat"]

/**
 * Options of `pg` for a connection URL. With `ca` (PEM) or an sslmode of require, verify-ca or verify-full, TLS is used
 * and the server's certificate and host name are verified; without either, or with sslmode=disable, it is not used.
 * The modes that would encrypt without knowing to whom are refused, where libpq lets them pass
 * (https://www.postgresql.org/docs/17/libpq-ssl.html, table 32.1).
 */
export function connectionOptions(url: string, ca?: string): ClientConfig {
  const [address = "", query = ""] = url.split("?", 2)
  const parameters = new URLSearchParams(query)
  const mode = parameters.get("sslmode")
  if (mode !== null && mode !== "disable" && !verifiedModes.has(mode)) {
    throw new Error(
      `DATABASE_URL has sslmode=${mode}, which does not verify the server. Allowed: disable, ${[...verifiedModes].join(", ")}.`,
    )
  }
  if (mode === "disable" && ca !== undefined) {
    throw new Error("DATABASE_CA is given, but DATABASE_URL has sslmode=disable. Leave out one of the two.")
  }
  // pg lets what the URL says about TLS override `ssl`; so the URL says nothing.
  for (const name of sslParameters) parameters.delete(name)
  const rest = parameters.toString()
  const verified = ca !== undefined || (mode !== null && mode !== "disable")
  return {
    connectionString: rest === "" ? address : `${address}?${rest}`,
    ssl: verified ? { rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) } : false,
    connectionTimeoutMillis: limits.connect,
    keepAlive: true,
    application_name: "atlas",
  }
}
