import { setTimeout as delay } from "node:timers/promises"
import { Pool } from "undici"
import { headers } from "../../app/contract/headers.ts"

/** Requests to a server of this machine: how each is made, and what came of them. */
export interface Target {
  readonly port: number
  readonly path: string
  /** The body of the next request; a GET without one. */
  readonly body?: () => string
}

export interface Loaded {
  /** Milliseconds by request that was answered with 200, in the order of the answers. */
  readonly latencies: readonly number[]
  /** Requests that were answered otherwise, or not at all. */
  readonly failed: number
  readonly seconds: number
}

/** No run sends more than this, however fast the server. */
const mostRequests = 500_000
const answerSeconds = 60

/** `clients` ask, each again as soon as it is answered, for some seconds; what is under way then is waited for. */
export async function loadClosed(target: Target, clients: number, seconds: number): Promise<Loaded> {
  const { send, close, found } = open(target, clients)
  const begun = performance.now()
  const until = begun + seconds * 1000
  const client = async () => {
    while (performance.now() < until && found.latencies.length + found.failed < mostRequests)
      await send(performance.now())
  }
  await Promise.all(Array.from({ length: clients }, client))
  const took = (performance.now() - begun) / 1000
  await close()
  return { ...found, seconds: took }
}

/**
 * `rate` requests a second, evenly spaced, whether or not the ones before are answered. A request's time counts from when
 * it was due: a server that stalls is not spared the requests that it kept from being sent.
 */
export async function loadSteady(target: Target, rate: number, seconds: number): Promise<Loaded> {
  const { send, close, found } = open(target, rate)
  const count = Math.min(Math.round(rate * seconds), mostRequests)
  const begun = performance.now()
  const sent: Promise<void>[] = []
  for (let k = 0; k < count; k++) {
    const due = begun + (k * 1000) / rate
    const early = due - performance.now()
    if (early > 0) await delay(early)
    sent.push(send(due))
  }
  await Promise.all(sent)
  const took = (performance.now() - begun) / 1000
  await close()
  return { ...found, seconds: took }
}

function open({ port, path, body }: Target, connections: number) {
  const timeouts = { headersTimeout: answerSeconds * 1000, bodyTimeout: answerSeconds * 1000 }
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections, ...timeouts })
  const found = { latencies: [] as number[], failed: 0 }
  const common = { path, headers: { "content-type": "application/json", [headers.consumer]: "bench" } }
  async function send(from: number): Promise<void> {
    try {
      const answer = await pool.request(
        body ? { ...common, method: "POST", body: body() } : { ...common, method: "GET" },
      )
      await answer.body.dump({ limit: Number.MAX_SAFE_INTEGER })
      if (answer.statusCode === 200) found.latencies.push(performance.now() - from)
      else found.failed++
    } catch {
      // A connection that breaks is one request that failed, and is counted as such
      found.failed++
    }
  }
  return { send, found, close: () => pool.close() }
}
