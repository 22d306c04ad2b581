import { readFile } from "node:fs/promises"
import type { AddressInfo } from "node:net"
import { readKong } from "../../../gateway/render.ts"
import { gatewayPorts } from "../../../spec/gateway.ts"
import { openGateway } from "./server.ts"

/**
 * The process: `node main.ts <path of Kong's declarative file>`. GATEWAY_HOST, GATEWAY_PORT and GATEWAY_STATUS_PORT say
 * where it listens: 0 takes any free port, as the status listener does when nothing is said. One line on stdout says
 * where, log lines follow. SIGTERM drains it.
 */
async function main(): Promise<void> {
  const [, , path] = process.argv
  if (path === undefined) throw new Error("name the gateway's configuration: node main.ts <file>")
  const config = readKong(await readFile(path, "utf8"))
  const host = process.env.GATEWAY_HOST ?? "127.0.0.1"
  const { proxy, status } = await openGateway(config)

  process.once("SIGTERM", () => void proxy.close())
  process.once("SIGINT", () => void proxy.close())

  // Fastify's own line on listening would come before the one that was promised.
  proxy.log.level = "warn"
  await status.listen({ host, port: portOf("GATEWAY_STATUS_PORT", 0) })
  await proxy.listen({ host, port: portOf("GATEWAY_PORT", gatewayPorts.proxy) })
  const listening = { event: "listening", port: boundPort(proxy), statusPort: boundPort(status) }
  process.stdout.write(`${JSON.stringify(listening)}\n`)
  proxy.log.level = "info"
}

function portOf(name: string, otherwise: number): number {
  const text = process.env[name] ?? String(otherwise)
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65535 || text.trim() === "") {
    throw new Error(`${name} is "${text}": set a port from 0 to 65535, 0 for any free one`)
  }
  return port
}

function boundPort({ server }: { server: { address(): AddressInfo | string | null } }): number {
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("the gateway listens on no port")
  return address.port
}

main().catch((error: unknown) => {
  const sentence = error instanceof Error ? error.message : String(error)
  process.stderr.write(`The local gateway cannot start: ${sentence}\n`)
  process.exit(1)
})
