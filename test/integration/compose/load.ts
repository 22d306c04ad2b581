import { setTimeout as delay } from "node:timers/promises"
import { type Dispatcher, errors, request } from "undici"

/** What one client asks, over and over. */
export interface Client {
  readonly name: string
  readonly path: string
  readonly method: "GET" | "POST"
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** One answer, or a connection that came to none. */
export interface Seen {
  readonly client: string
  /** Undefined where no answer came. */
  readonly status: number | undefined
  /** In the words of Node or Undici, where no answer came. */
  readonly failure: string | undefined
  readonly retryAfter: string | undefined
  readonly seconds: number
  /** The beginning of an answer that is no success. */
  readonly text: string
}

export const succeeded = ({ status }: Seen): boolean => status !== undefined && status < 300

const patienceSeconds = 60
const pauseMs = 60

/**
 * What the clients, all at once, are answered while the work is done and until each has been served again after it.
 * Throws an error where one is not within half a minute.
 */
export async function underLoad(
  base: string,
  dispatcher: Dispatcher,
  clients: readonly Client[],
  work: () => Promise<unknown>,
): Promise<readonly Seen[]> {
  const seen: Seen[] = []
  let isOver = false
  const served = new Set<number>()
  const ask = async (client: Client, index: number) => {
    while (!isOver) {
      const isAfter = done
      const one = await askOnce(base, dispatcher, client)
      seen.push(one)
      if (isAfter && succeeded(one)) served.add(index)
      await delay(pauseMs)
    }
  }
  let done = false
  const asking = clients.map(ask)
  try {
    await work()
    done = true
    const end = performance.now() + patienceSeconds * 1000
    while (served.size < clients.length) {
      if (performance.now() > end)
        throw new Error(`Not all are served again within ${patienceSeconds} s: ${describeSeen(seen)}`)
      await delay(pauseMs)
    }
  } finally {
    isOver = true
    await Promise.all(asking)
  }
  return seen
}

async function askOnce(base: string, dispatcher: Dispatcher, client: Client): Promise<Seen> {
  const { name, path, method, headers = {}, body } = client
  const begun = performance.now()
  const since = () => (performance.now() - begun) / 1000
  try {
    const answer = await request(base + path, { dispatcher, method, headers, ...(body === undefined ? {} : { body }) })
    const text = (await answer.body.text()).slice(0, 100)
    const retryAfter = answer.headers["retry-after"]?.toString()
    const { statusCode: status } = answer
    return { client: name, status, failure: undefined, retryAfter, seconds: since(), text: status < 300 ? "" : text }
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error
    const code = error instanceof errors.SocketError ? "ECONNRESET" : String(error.code)
    return { client: name, status: undefined, failure: code, retryAfter: undefined, seconds: since(), text: "" }
  }
}

/** What was seen of each client, such as `optimize: 200 ×31, 503 ×2`, and the longest wait. */
export function describeSeen(seen: readonly Seen[]): string {
  const of = (client: string) => {
    const counts = new Map<string, number>()
    for (const one of seen) {
      const said = String(one.status ?? one.failure)
      if (one.client === client) counts.set(said, (counts.get(said) ?? 0) + 1)
    }
    return `${client}: ${[...counts].map(([said, count]) => `${said} ×${count}`).join(", ")}`
  }
  const longest = Math.max(...seen.map(({ seconds }) => seconds))
  return [...new Set(seen.map(({ client }) => client))]
    .map(of)
    .concat(`longest ${longest.toFixed(1)} s`)
    .join("; ")
}
