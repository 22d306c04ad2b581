import { headers } from "../../app/contract/headers.ts"

/**
 * The headers by which Kong tells the upstream who the client is (kong/constants.lua at 3.9.3). Key-auth sets or clears
 * these five for every request that it lets through (set_consumer in kong/plugins/key-auth/handler.lua); on a route
 * without it a client's own would pass.
 */
export const identityHeaders = [
  headers.consumer,
  "X-Consumer-ID",
  "X-Consumer-Custom-ID",
  "X-Credential-Identifier",
  "X-Anonymous-Consumer",
] as const
