import { setTimeout as delay } from "node:timers/promises"
import { httpRoles } from "../contract/roles.ts"
import { routes } from "../contract/routes.ts"
import type { Curve } from "../optimizer/schema.ts"
import type { Logger } from "./log.ts"
import { type Running, startProcess } from "./process.ts"
import type { Settings } from "./settings.ts"

/** How long a release may take to boot, migrate and become ready before it has failed. */
const GATE_SECONDS = 120

/**
 * Proves a release against the real database before it serves: boots it on a port of this machine, migrates, and asks
 * it what a client would ask, storing nothing. Rejects, so that the process ends with an error, when anything fails.
 */
export async function gate(settings: Settings, log: Logger): Promise<void> {
  // The certificate that clients meet is no part of the release. Looking for it may take longer than all the rest: the
  // process ends with the look-up of the name, and a database's own network knows none.
  const { DOMAIN: _, ...own } = settings
  const running = await startProcess(
    // Nobody but this process asks, and only through `inject`: there is no client to authenticate.
    { ...own, roles: httpRoles, AUTH: "none", ENVIRONMENT: "development", HOST: "127.0.0.1", HTTP_PORT: 0 },
    log,
  )
  try {
    await within(GATE_SECONDS, running.prepared)
    for (const step of steps) {
      await step.ask(running)
      log.info({ event_type: "gate", step: step.name }, "Gate step passed")
    }
  } finally {
    await running.close()
  }
}

interface Step {
  readonly name: string
  ask(running: Running): Promise<void>
}

const steps: readonly Step[] = [
  { name: "health", ask: ({ server }) => expectOk(server.inject(routes.health), routes.health) },
  { name: "ready", ask: ({ server }) => expectOk(server.inject(routes.ready), routes.ready) },
  { name: "models", ask: ({ server }) => expectOk(server.inject(routes.models), routes.models) },
  {
    name: "optimize",
    ask: async ({ server }) => {
      // Inline curves: the gate tests the release, not which models this database happens to hold.
      const curve = { type: "log", scale: 100, rate: 0.1 } satisfies Curve
      const payload = { budget: { a: 60, b: 40 }, curves: { a: curve, b: curve }, store: false }
      await expectOk(server.inject({ method: "POST", url: routes.optimize, payload }), routes.optimize)
    },
  },
]

async function expectOk(asked: PromiseLike<{ statusCode: number; body: string }>, what: string): Promise<void> {
  const { statusCode, body } = await asked
  if (statusCode !== 200) throw new Error(`The release failed its gate: ${what} answered ${statusCode}: ${body}`)
}

async function within(seconds: number, work: Promise<void>): Promise<void> {
  const late = delay(seconds * 1000, undefined, { ref: false }).then(() => {
    throw new Error(`The release failed its gate: it was not ready after ${seconds} s. Does the database answer?`)
  })
  await Promise.race([work, late])
}
