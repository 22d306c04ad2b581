import type { Observe } from "../results/optimize.ts"
import type { Observe as ObserveScaler } from "../scaler/workload.ts"
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

/** What the scaler tells of, as metrics. Counts are shown only while this process sets them: nobody else's would be new. */
export function scalerObserver(metrics: Metrics): ObserveScaler {
  return {
    active(is) {
      metrics.scalerActive.set(is ? 1 : 0)
      if (is) return
      metrics.scalerCurrent.reset()
      metrics.scalerDesired.reset()
    },
    decided(workload, { current, desired }) {
      metrics.scalerCurrent.set({ workload }, current)
      metrics.scalerDesired.set({ workload }, desired)
      const direction = desired > current ? "up" : desired < current ? "down" : "none"
      metrics.scalerDecisions.inc({ workload, direction })
    },
    failed: (workload, stage) => metrics.scalerErrors.inc({ workload, stage }),
  }
}
