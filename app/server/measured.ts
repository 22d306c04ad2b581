import type { Observe } from "../results/optimize.ts"
import type { Metrics } from "./metrics.ts"

/**
 * Carries out one optimization and counts it: by the method that answered, or the one that was asked for if it failed
 * or if several answered.
 */
export async function measured<T extends object>(metrics: Metrics, asked: string, work: () => Promise<T>): Promise<T> {
  const begun = performance.now()
  const seconds = () => (performance.now() - begun) / 1000
  metrics.activeOptimizations.inc()
  try {
    const answer = await work()
    const method = "method" in answer && typeof answer.method === "string" ? answer.method : asked
    metrics.optimizationRequests.inc({ method, status: "success" })
    metrics.optimizationDuration.observe({ method }, seconds())
    return answer
  } catch (error) {
    metrics.optimizationRequests.inc({ method: asked, status: "error" })
    metrics.optimizationDuration.observe({ method: asked }, seconds())
    throw error
  } finally {
    metrics.activeOptimizations.dec()
  }
}

/** What the rooms tell of, as metrics. */
export function observer(metrics: Metrics): Observe {
  return { lookedUp: (hit) => metrics.solutionCache.inc({ result: hit ? "hit" : "miss" }) }
}
