import { setTimeout as delay } from "node:timers/promises"
import { type Child, describeExit, stopChild } from "./children.ts"
import type { Context } from "./context.ts"

/** Pauses before each new start, in seconds; a run of a minute begins them anew. */
const longestPause = 30
const settledAfter = 60

export interface Supervised {
  /** Ends the program, and the watch over it. */
  stop(): Promise<void>
}

/**
 * Keeps a program running, as every orchestrator does: when it ends by itself it is started again, after a pause that
 * doubles each time. `start` answers once the program can be used.
 */
export function supervise(
  name: string,
  first: Child,
  firstPauseSeconds: number,
  { say, hurry }: Pick<Context, "say" | "hurry">,
  start: (signal: AbortSignal) => Promise<Child>,
): Supervised {
  const stopping = new AbortController()
  const { signal } = stopping
  let current = first

  const watch = async () => {
    let pause = firstPauseSeconds
    while (!signal.aborted) {
      const since = performance.now()
      const exit = await current.exited
      if (signal.aborted) return
      if (performance.now() - since > settledAfter * 1000) pause = firstPauseSeconds
      say(name, `ended with ${describeExit(exit)}; starts again in ${pause} s (log: ${current.spec.log})`)
      for (;;) {
        await delay(pause * 1000, undefined, { signal })
        pause = Math.min(pause * 2, longestPause)
        try {
          current = await start(signal)
          break
        } catch (error) {
          if (signal.aborted) return
          say(name, `does not start: ${error instanceof Error ? error.message : error}; again in ${pause} s`)
        }
      }
      say(name, `runs again as process ${current.pid}`)
    }
  }
  const watching = watch().catch((error) => {
    if (!signal.aborted) throw error
  })

  return {
    stop: async () => {
      stopping.abort()
      await stopChild(current, hurry)
      await watching
      // A start that was under way when the watch ended may have replaced it.
      await stopChild(current, hurry)
    },
  }
}
