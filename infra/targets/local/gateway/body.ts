import type { IncomingMessage } from "node:http"
import { Readable } from "node:stream"

/** The body turned out larger than the gateway lets through. */
export class BodyTooLargeError extends Error {
  override readonly name = "BodyTooLargeError"
}

/** So much of a body is kept for another try; a longer one is sent once. */
const KEPT_BYTES = 64 * 1024

export interface RequestBody {
  /** The body from its beginning, for one more try. Nothing is read from the client before the upstream asks for it. */
  open(): Readable
  /** Whether `open` would still yield all of it. */
  readonly whole: boolean
  /** Reads what is left and forgets it, so that the client hears its answer. */
  discard(): void
}

/**
 * Reads a body of unknown length to its end, as Kong does to measure it. Throws BodyTooLargeError as soon as it is more
 * than `limit` bytes.
 */
export async function readWhole(source: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > limit) throw new BodyTooLargeError(`more than ${limit} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** A body that is here already. */
export function wholeBody(body: Buffer): RequestBody {
  return { open: () => Readable.from([body], { objectMode: false }), whole: true, discard: () => {} }
}

/** Streams a request's body and keeps its beginning. */
export function requestBody(source: IncomingMessage, resendable: boolean): RequestBody {
  const iterator = source.iterator({ destroyOnReturn: false })
  const chunks: (Promise<Buffer | undefined> | undefined)[] = []
  let bytes = 0
  let whole = true

  const next = async (): Promise<Buffer | undefined> => {
    const { value, done } = (await iterator.next()) as IteratorResult<Buffer, undefined>
    if (done) return undefined
    bytes += value.length
    return value
  }

  async function* read() {
    for (let index = 0; ; index += 1) {
      chunks[index] ??= next()
      const chunk = await chunks[index]
      if (chunk === undefined) return
      if (!resendable || bytes > KEPT_BYTES) {
        whole = false
        chunks[index] = undefined
      }
      yield chunk
    }
  }

  return {
    open: () => Readable.from(read(), { objectMode: false }).on("error", () => {}),
    get whole() {
      return whole
    },
    discard() {
      void iterator.return?.()
      source.resume()
    },
  }
}
