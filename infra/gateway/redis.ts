import { portOf, standardPorts } from "../spec/ports.ts"
import type { RedisInput } from "./kong.ts"

/** The parts of a Redis URL, as Kong wants them. */
export function redisInput(url: string): RedisInput {
  const { protocol, hostname, username, password } = new URL(url)
  return {
    host: hostname,
    port: portOf(url, standardPorts.redis),
    ssl: protocol === "rediss:",
    ...(username === "" ? {} : { username: decodeURIComponent(username) }),
    ...(password === "" ? {} : { password: decodeURIComponent(password) }),
  }
}
