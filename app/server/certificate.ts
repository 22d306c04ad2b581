import { connect } from "node:tls"
import { routes } from "../contract/routes.ts"
import type { Logger } from "./log.ts"

const HTTPS_PORT = 443
/** How long a server may take to show its certificate. */
const TIMEOUT_MS = 5000
/** A certificate lasts for weeks, so once an hour is often enough. */
const PERIOD_MS = 3_600_000
/** After a failure it is asked again sooner: while a stack is new, its name is not known everywhere. */
const RETRY_MS = 60_000

export interface CertificateWatch {
  stop(): void
}

export interface CertificateOptions {
  /** Host name, with a port after a colon where it is not 443. */
  readonly domain: string
  /** Given the moment at which the certificate ends, in seconds since 1970. */
  readonly seen: (seconds: number) => void
  readonly log: Pick<Logger, "warn">
}

/** Looks at the certificate that clients are shown, at once and then every hour. */
export function watchCertificate({ domain, seen, log }: CertificateOptions): CertificateWatch {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let said = false
  const look = async (): Promise<void> => {
    let next = PERIOD_MS
    try {
      seen(await readCertificateEnd(domain))
      said = false
    } catch (error) {
      next = RETRY_MS
      if (!said) log.warn({ event_type: "certificate", domain, err: error }, "The certificate cannot be read")
      said = true
    }
    if (stopped) return
    timer = setTimeout(look, next)
    timer.unref()
  }
  void look()
  return {
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}

/** When the certificate of a server ends, in seconds since 1970. Throws when it shows none within 5 s. */
export async function readCertificateEnd(domain: string): Promise<number> {
  const { hostname, port } = new URL(routes.root, `https://${domain}`)
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: hostname,
      port: port === "" ? HTTPS_PORT : Number(port),
      servername: hostname,
      // Nothing is sent. One that has ended, or that nobody vouches for, is to be seen too.
      rejectUnauthorized: false,
      timeout: TIMEOUT_MS,
    })
    const end = (settle: () => void) => {
      socket.destroy()
      settle()
    }
    socket.once("secureConnect", () => {
      const { valid_to: until } = socket.getPeerCertificate()
      const seconds = Date.parse(until) / 1000
      end(() =>
        Number.isFinite(seconds) ? resolve(seconds) : reject(new Error(`${domain} shows a certificate without an end`)),
      )
    })
    socket.once("timeout", () => end(() => reject(new Error(`${domain} shows no certificate within ${TIMEOUT_MS} ms`))))
    socket.once("error", (error) => end(() => reject(error)))
  })
}
