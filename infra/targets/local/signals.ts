import { setTimeout as delay } from "node:timers/promises"
import { isRunning, type ProcessIdentity } from "./identity.ts"

/** Sends a signal to a process that may have ended meanwhile. */
export function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error
  }
}

/** Ends a process that another `up` left behind, unless its pid has meanwhile become somebody else's. */
export async function stopSurvivor(
  survivor: ProcessIdentity,
  signal: NodeJS.Signals,
  graceSeconds: number,
): Promise<void> {
  for (const [send, seconds] of [
    [signal, graceSeconds],
    ["SIGKILL", 5],
  ] as const) {
    if (!isRunning(survivor)) return
    signalTo(survivor.pid, send)
    const deadline = performance.now() + seconds * 1000
    // It is not a child of this process, so its end can only be looked for.
    while (isRunning(survivor) && performance.now() < deadline) await delay(20)
  }
  if (isRunning(survivor))
    throw new Error(`Process ${survivor.pid} does not end; end it by hand: kill -9 ${survivor.pid}`)
}
