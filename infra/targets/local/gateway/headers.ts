import type { IncomingHttpHeaders, IncomingMessage } from "node:http"
import type { EffectivePlugins } from "../../../gateway/effective.ts"
import { answerHeaders } from "./cors.ts"

/** Header values by lower-case name. */
export type Headers = Record<string, string | string[] | undefined>

/** What speaks of one connection and not of the message (RFC 9110, section 7.6.1), and Kong's own end of Expect. */
const hopByHop = [
  "connection",
  "expect",
  "http2-settings",
  "keep-alive",
  "proxy",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]

/** Whether the client sends its body only when told to (RFC 9110, section 10.1.1). */
export function asksToContinue(headers: IncomingHttpHeaders): boolean {
  return headers.expect?.trim().toLowerCase() === "100-continue"
}

/** Where a request came in, as the gateway at the edge sees it: it trusts no address in front of it. */
export interface Arrival {
  readonly client: string
  readonly host: string
  readonly port: number
  readonly path: string
}

export function arrivalOf(request: IncomingMessage, path: string): Arrival {
  const { remoteAddress = "", localPort = 0 } = request.socket
  // As nginx's $host: without a port, in lower case.
  const host = (request.headers.host ?? "").replace(/:\d+$/, "").toLowerCase()
  return { client: remoteAddress.replace(/^::ffff:/, ""), host, port: localPort, path }
}

/** The request headers that the upstream gets (access.before in kong/runloop/handler.lua at 3.9.3). */
export function upstreamHeaders(
  sent: IncomingHttpHeaders,
  { client, host, port, path }: Arrival,
  changes: { remove: readonly string[]; set: Readonly<Record<string, string>> },
): Headers {
  const removed = [...hopByHop, "x-forwarded-prefix", ...changes.remove.map((name) => name.toLowerCase())]
  const claimed = sent["x-forwarded-for"]
  return {
    ...without(sent, removed),
    "x-forwarded-for": claimed === undefined ? client : `${claimed}, ${client}`,
    "x-forwarded-proto": "http",
    "x-forwarded-host": host,
    "x-forwarded-port": String(port),
    "x-forwarded-path": path,
    "x-real-ip": client,
    ...changes.set,
  }
}

/** What the plugins and the limiter do to the headers of an answer, in the order of Kong's plugins. */
export function finishHeaders(
  answer: Readonly<Headers>,
  plugins: EffectivePlugins,
  request: { id: string; origin: string | undefined; preflight: boolean; limits: Readonly<Record<string, string>> },
): Headers {
  const headers = { ...without(lowerCase(answer), hopByHop), ...lowerCase(request.limits) }
  const correlation = plugins["correlation-id"]
  if (correlation) headers[correlation.header_name.toLowerCase()] = request.id
  if (plugins.cors && !request.preflight) {
    Object.assign(headers, lowerCase(answerHeaders(plugins.cors, request.origin)))
    headers.vary = [headers.vary ?? [], "Origin"].flat().join(", ")
  }
  for (const line of plugins["response-transformer"]?.add.headers ?? []) {
    const colon = line.indexOf(":")
    headers[line.slice(0, colon).toLowerCase()] ??= line.slice(colon + 1)
  }
  return headers
}

function without(headers: Readonly<Headers>, names: readonly string[]): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)))
}

function lowerCase(headers: Readonly<Headers>): Headers {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
