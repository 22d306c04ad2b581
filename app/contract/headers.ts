/** Header names that pass between the gateway and the app, in the spelling of the gateway's configuration. */
export const headers = {
  /** Identifies one request through gateway, app and logs. */
  requestId: "X-Request-Id",
  /** The key that a client presents to the gateway. */
  apiKey: "X-API-Key",
  /** Who the gateway says the client is; set by Kong after key-auth (kong/plugins/key-auth/handler.lua). */
  consumer: "X-Consumer-Username",
  /** Makes a POST safe to send again. */
  idempotencyKey: "Idempotency-Key",
  /** Opens the operator's routes: the gateway's key alone does not. */
  operatorKey: "X-Operator-Key",
} as const
