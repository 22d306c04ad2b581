import { routes } from "../../app/contract/routes.ts"

const metric = "nodejs_eventloop_lag_p99_seconds"

/**
 * The 99th percentile of the event loop's delay since it was read last, in milliseconds, as the process measures it: by
 * Node's monitorEventLoopDelay. It is what a timer of 10 ms takes, so a loop with nothing to do shows about 10 ms.
 */
export async function readLoopDelayP99(port: number): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}${routes.metrics}`)
  return parseLoopDelay(await answer.text())
}

/** Throws where the metrics hold no such figure: prom-client's default metrics have changed. */
export function parseLoopDelay(metrics: string): number {
  const value = new RegExp(`^${metric} (\\S+)$`, "m").exec(metrics)?.[1]
  if (value === undefined) throw new Error(`${routes.metrics} has no ${metric}: look for its new name in prom-client`)
  return Number(value) * 1000
}
