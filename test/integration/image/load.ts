import { constants, setPriority } from "node:os"
import { setTimeout as delay } from "node:timers/promises"
import { headers } from "../../../app/contract/headers.ts"
import { routes } from "../../../app/contract/routes.ts"
import { readiness } from "../../../app/contract/service.ts"
import { firstRequest } from "../../../infra/cli/smoke.ts"

export interface Load {
  /** Requests that were answered with 200. */
  answered(): number
  /** What became of the other ones that were sent. */
  readonly failures: string[]
  /** Resolves when no client is left. */
  readonly over: Promise<void>
}

const pollMs = 50

/**
 * `clients` that each ask for the first optimization, and again as soon as it is answered, over connections that are kept.
 * Like what stands before replicas, they ask no more once the replica says that it is unready; until then every request
 * has to be answered with 200. Root's process goes before others for that: clients that get no processor fall silent, and a
 * replica that leaves may close on those who are silent for longer than it waits.
 */
export function startLoad(url: string, clients: number): Load {
  if (process.geteuid?.() === 0) setPriority(constants.priority.PRIORITY_HIGHEST)
  let answered = 0
  let isReady = true
  const failures: string[] = []
  const client = async () => {
    while (isReady) {
      try {
        const response = await fetch(url + routes.optimize, {
          method: "POST",
          headers: { "Content-Type": "application/json", [headers.consumer]: "web-app" },
          body: JSON.stringify(firstRequest),
        })
        const body = await response.text()
        if (response.status === 200) answered += 1
        else failures.push(`${response.status}: ${body}`)
      } catch (error) {
        failures.push(`${String(error)}: ${error instanceof Error ? String(error.cause) : ""}`)
        return
      }
    }
  }
  const balancer = async () => {
    while (isReady) {
      isReady = await fetch(url + readiness.path).then(
        ({ ok }) => ok,
        () => false,
      )
      await delay(pollMs)
    }
  }
  const over = Promise.all([balancer(), ...Array.from({ length: clients }, client)]).then(() => undefined)
  return { answered: () => answered, failures, over }
}
