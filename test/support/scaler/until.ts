import { setTimeout as delay } from "node:timers/promises"

/** Far more than anything here takes: a test that waits for what never comes must end by itself. */
const patienceMs = 20_000

/** Waits until it is so, looking all the while. */
export async function until(isSo: () => boolean | Promise<boolean>, look?: () => Promise<void>): Promise<void> {
  const begun = performance.now()
  while (!(await isSo())) {
    if (performance.now() - begun > patienceMs) throw new Error(`Waited ${patienceMs} ms in vain for: ${isSo}`)
    await look?.()
    await delay(15)
  }
}
