import { once } from "node:events"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { Agent, type Dispatcher, request } from "undici"
import { gatewayPorts } from "../../../infra/spec/gateway.ts"
import { nginxConf } from "../../../infra/targets/compose/nginx.ts"
import { nginxFiles } from "../../support/nginx.ts"
import { freePort } from "../../support/ports.ts"

/** What a stand-in gateway does with a request whose body has come. */
export type Behaviour = (asked: IncomingMessage, answer: ServerResponse) => void

/** A gateway's place: it says its name until told otherwise, counts what it is asked, and can be away. */
export interface StandInGateway {
  readonly name: string
  /** Method and path of each request that reached it. */
  readonly asked: string[]
  /** Puts another behaviour in place; without one, its name again. */
  does(behaviour?: Behaviour): void
  leave(): Promise<void>
  back(): Promise<void>
}

async function startGateway(name: string, port: number): Promise<StandInGateway> {
  const sayName: Behaviour = (_, answer) => void answer.end(name)
  let behaviour = sayName
  const asked: string[] = []
  const listen = async (): Promise<Server> => {
    const server = createServer((message, answer) => {
      asked.push(`${message.method} ${message.url}`)
      message.resume().once("end", () => behaviour(message, answer))
    }).listen(port, "127.0.0.1")
    await once(server, "listening")
    return server
  }
  let server: Server | undefined = await listen()
  return {
    name,
    asked,
    does: (other = sayName) => {
      behaviour = other
    },
    leave: async () => {
      const closed = server && once(server, "close")
      server?.close()
      server?.closeAllConnections()
      server = undefined
      await closed
    },
    back: async () => {
      server = await listen()
    },
  }
}

/** nginx of this machine, on a rendered nginx.conf, before two stand-in gateways. */
export interface Edge {
  readonly gateways: readonly [StandInGateway, StandInGateway]
  ask(path: string, method?: Dispatcher.HttpMethod, sent?: Readonly<Record<string, string>>): Promise<Answer>
  /** Of HTTPS. */
  readonly port: number
  /** The lines of nginx's access log. */
  log(): string
  close(): Promise<void>
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

const [first, second] = ["10.0.0.1", "10.0.0.2"]

export async function openEdge(spec: Parameters<typeof nginxConf>[0]): Promise<Edge> {
  const ports = [await freePort(), await freePort()] as const
  const gateways = [await startGateway(first, ports[0]), await startGateway(second, ports[1])] as const
  const upstreams = {
    [`${first}:${gatewayPorts.proxy}`]: `127.0.0.1:${ports[0]}`,
    [`${second}:${gatewayPorts.proxy}`]: `127.0.0.1:${ports[1]}`,
  }
  const files = await nginxFiles(nginxConf(spec, [first, second]), upstreams)
  const stop = await files.start()
  const agent = new Agent({ connect: { rejectUnauthorized: false } })
  return {
    gateways,
    ask: async (path, method = "GET", sent = {}) => {
      const { statusCode, headers, body } = await request(`https://127.0.0.1:${files.https}${path}`, {
        dispatcher: agent,
        method,
        headers: sent,
        ...(method === "POST" ? { body: "{}" } : {}),
      })
      return { status: statusCode, headers, text: await body.text() }
    },
    port: files.https,
    log: files.log,
    close: async () => {
      await agent.close()
      await stop()
      for (const gateway of gateways) await gateway.leave()
      files.remove()
    },
  }
}
