import getPort, { portNumbers } from "get-port"
import { isPortTaken } from "./children.ts"

/** The address on which every part of this target listens. */
export const loopback = "127.0.0.1"

const attempts = 5

/**
 * Starts something on the preferred port, or on the next one that is free. A port that is taken between the look and
 * the bind sends it on to the next. Without a preference any free port will do.
 */
export async function onFreePort<Result>(
  preferred: number | undefined,
  start: (port: number) => Promise<Result>,
): Promise<{ port: number; result: Result }> {
  const refused: number[] = []
  for (;;) {
    const candidates = preferred === undefined ? {} : { port: portNumbers(preferred, Math.min(preferred + 99, 65_535)) }
    const port = await getPort({ ...candidates, exclude: refused })
    try {
      return { port, result: await start(port) }
    } catch (error) {
      if (!isPortTaken(error) || refused.length === attempts) throw error
      refused.push(port)
    }
  }
}

/** An address for the reader, saying so when it is not the preferred one. */
export const describePort = (port: number, preferred: number | undefined): string =>
  port === preferred || preferred === undefined
    ? `${loopback}:${port}`
    : `${loopback}:${port} (port ${preferred} is taken)`
