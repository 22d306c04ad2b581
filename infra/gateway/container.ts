import { service } from "../../app/contract/service.ts"
import type { GatewaySpec } from "../spec/gateway.ts"
import type { LogLevel } from "../spec/stack-spec.ts"
import { kongConfig } from "./kong.ts"
import { redisInput } from "./redis.ts"
import { renderKong } from "./render.ts"

/** The gateway's container, in no platform's words: what it runs and how it is asked whether it is well. */

/** The newest patch of Kong's last open line. Not by digest: its makers publish none that could be checked here. */
export const gatewayImage = "kong:3.9.3"

/** The name of the file with the configuration. */
export const gatewayFile = "kong.yml"

/** Kong's "info" tells of every timer; "notice" is what it calls normal. */
export const gatewayLogLevels = {
  DEBUG: "debug",
  INFO: "notice",
  WARN: "warn",
  ERROR: "error",
} as const satisfies Record<LogLevel, string>

/**
 * Kong's own: `/status` answers while its workers live; `/status/ready` is 503 until they have a configuration, and once
 * `kong drain` was called (kong/api/routes/health.lua, kong/status/ready.lua and kong/cmd/drain.lua at 3.9.3). On its stop
 * signal Kong closes this listener with the others, so that a probe is refused.
 */
export const gatewayPaths = { liveness: "/status", readiness: "/status/ready" } as const

/** The configuration of a gateway that stands beside the app in one unit; a secret, because the keys are in it. */
export function renderBeside(
  spec: GatewaySpec,
  keys: Readonly<Record<string, string>>,
  redisUrl: string | undefined,
): string {
  const redis = redisUrl === undefined ? {} : { redis: redisInput(redisUrl) }
  return renderKong(kongConfig(spec, { upstream: { host: "127.0.0.1", port: service.port }, keys, ...redis }))
}
