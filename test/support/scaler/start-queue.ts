import { setTimeout as delay } from "node:timers/promises"
import { mayPass } from "../../../app/data/unavailable.ts"
import type { Queue } from "../../../app/jobs/queue.ts"

/** Starts the queue as the app does: a database that is slow to answer is asked again. */
export async function startQueue(queue: Queue): Promise<void> {
  for (let attempts = 0; ; attempts++) {
    try {
      return await queue.start()
    } catch (error) {
      if (!mayPass(error) || attempts === 20) throw error
      await delay(500)
    }
  }
}
