import { standardPorts } from "./ports.ts"

/**
 * The URLs by which the app reaches its stores, in one form on every cloud. Passwords are letters and digits
 * (`randomSecret`), so none needs an escape.
 */

/** The role and the database have one name. The app verifies the certificate by DATABASE_CA, and the host with it. */
export const databaseUrl = (at: { readonly host: string; readonly name: string; readonly password: string }): string =>
  `postgres://${at.name}:${at.password}@${at.host}:${standardPorts.postgres}/${at.name}?sslmode=verify-full`

/** TLS always. A cloud whose store listens elsewhere says the port. */
export const cacheUrl = (at: { readonly host: string; readonly password: string; readonly port?: number }): string =>
  `rediss://:${at.password}@${at.host}:${at.port ?? standardPorts.redis}`
