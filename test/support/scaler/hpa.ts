import type { WorkloadScaling } from "../../../app/contract/scaling.ts"
import type { Observation } from "../../../app/scaler/observation.ts"

/**
 * A reference to hold `decide` against: the HPA's controller as its page and its source describe it
 * (https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/ and
 * https://github.com/kubernetes/kubernetes, pkg/controller/podautoscaler: horizontal.go and replica_calculator.go), step
 * for step and with the controller's own structures, for one behavior: one Percent policy of 60 s in each direction,
 * selectPolicy Max. It shares nothing with the code that it checks but the types of what goes in.
 */
export class HorizontalController {
  private readonly recommendations: { timestamp: number; recommendation: number }[] = []
  private readonly scaleUpEvents: { timestamp: number; replicaChange: number }[] = []
  private readonly scaleDownEvents: { timestamp: number; replicaChange: number }[] = []
  private started = false
  private readonly spec: WorkloadScaling

  constructor(spec: WorkloadScaling) {
    this.spec = spec
  }

  /** One sync of the controller; the count that it leaves in the scale's spec. */
  reconcile(now: number, currentReplicas: number, observation: Observation): number {
    const { min: minReplicas, max: maxReplicas } = this.spec
    if (!this.started) this.recommendations.push({ timestamp: now, recommendation: currentReplicas })
    this.started = true
    let desiredReplicas: number
    if (currentReplicas === 0 && minReplicas !== 0) return 0
    if (currentReplicas > maxReplicas) desiredReplicas = maxReplicas
    else if (currentReplicas < minReplicas) desiredReplicas = minReplicas
    else {
      const metricDesired = this.computeReplicasForMetrics(currentReplicas, observation)
      if (metricDesired === -1) return currentReplicas
      const stabilized = this.stabilizeRecommendation(now, currentReplicas, metricDesired)
      desiredReplicas = this.convertDesiredReplicas(now, currentReplicas, stabilized)
    }
    if (desiredReplicas !== currentReplicas) this.storeScaleEvent(now, currentReplicas, desiredReplicas)
    return desiredReplicas
  }

  private computeReplicasForMetrics(specReplicas: number, observation: Observation): number {
    let replicas = 0
    let invalidMetricsCount = 0
    let metrics = 0
    const { cpuPercent, memoryPercent, requestsPerSecond, queuedJobs } = this.spec.signals
    for (const [target, used] of [
      [cpuPercent, observation.cpuPercent],
      [memoryPercent, observation.memoryPercent],
    ] as const) {
      if (target === undefined) continue
      metrics += 1
      if (used === undefined || used.replicas === 0) {
        invalidMetricsCount += 1
        continue
      }
      const proposal = getResourceReplicas(specReplicas, target, Array(used.replicas).fill(used.percent))
      if (replicas === 0 || proposal > replicas) replicas = proposal
    }
    for (const [target, usage] of [
      [requestsPerSecond, observation.requestsPerSecond],
      [queuedJobs, observation.queuedJobs],
    ] as const) {
      if (target === undefined) continue
      metrics += 1
      if (usage === undefined) {
        invalidMetricsCount += 1
        continue
      }
      const proposal = getExternalPerPodMetricReplicas(specReplicas, target, usage)
      if (replicas === 0 || proposal > replicas) replicas = proposal
    }
    const invalid = invalidMetricsCount >= metrics || (invalidMetricsCount > 0 && replicas < specReplicas)
    return invalid ? -1 : replicas
  }

  private stabilizeRecommendation(now: number, currentReplicas: number, desiredReplicas: number): number {
    let upRecommendation = desiredReplicas
    const upCutoff = now - this.spec.up.afterSeconds
    let downRecommendation = desiredReplicas
    const downCutoff = now - this.spec.down.afterSeconds
    for (const { timestamp, recommendation } of this.recommendations) {
      if (timestamp > upCutoff) upRecommendation = Math.min(recommendation, upRecommendation)
      if (timestamp > downCutoff) downRecommendation = Math.max(recommendation, downRecommendation)
    }
    let recommendation = currentReplicas
    if (recommendation < upRecommendation) recommendation = upRecommendation
    if (recommendation > downRecommendation) recommendation = downRecommendation
    this.recommendations.push({ timestamp: now, recommendation: desiredReplicas })
    return recommendation
  }

  private convertDesiredReplicas(now: number, currentReplicas: number, desiredReplicas: number): number {
    const { min: minReplicas, max: maxReplicas, up, down } = this.spec
    const added = changeInPeriod(now, this.scaleUpEvents)
    const deleted = changeInPeriod(now, this.scaleDownEvents)
    const periodStartReplicas = currentReplicas - added + deleted
    if (desiredReplicas > currentReplicas) {
      let scaleUpLimit = Math.ceil(periodStartReplicas * (1 + up.percentPerMinute / 100))
      if (scaleUpLimit < currentReplicas) scaleUpLimit = currentReplicas
      return Math.min(desiredReplicas, maxReplicas, scaleUpLimit)
    }
    if (desiredReplicas < currentReplicas) {
      let scaleDownLimit = Math.trunc(periodStartReplicas * (1 - down.percentPerMinute / 100))
      if (scaleDownLimit > currentReplicas) scaleDownLimit = currentReplicas
      return Math.max(desiredReplicas, minReplicas, scaleDownLimit)
    }
    return desiredReplicas
  }

  private storeScaleEvent(now: number, prevReplicas: number, newReplicas: number): void {
    if (newReplicas > prevReplicas) {
      this.scaleUpEvents.push({ timestamp: now, replicaChange: newReplicas - prevReplicas })
    } else {
      this.scaleDownEvents.push({ timestamp: now, replicaChange: prevReplicas - newReplicas })
    }
  }
}

function changeInPeriod(now: number, events: readonly { timestamp: number; replicaChange: number }[]): number {
  let replicas = 0
  for (const event of events) if (event.timestamp > now - 60) replicas += event.replicaChange
  return replicas
}

const isWithin = (usageRatio: number) => 1 - 0.1 <= usageRatio && usageRatio <= 1 + 0.1

/** Pods without metrics are those of the spec's count that did not report; requests are 100 each. */
function getResourceReplicas(currentReplicas: number, targetUtilization: number, reported: readonly number[]): number {
  const metrics = [...reported]
  const ratioOf = (values: readonly number[]) =>
    values.reduce((total, value) => total + value, 0) / values.length / targetUtilization
  const missingPods = Math.max(0, currentReplicas - metrics.length)
  const usageRatio = ratioOf(metrics)
  if (missingPods === 0) return isWithin(usageRatio) ? currentReplicas : Math.ceil(usageRatio * metrics.length)
  for (let pod = 0; pod < missingPods; pod += 1) {
    if (usageRatio < 1) metrics.push(Math.max(100, targetUtilization))
    else metrics.push(usageRatio > 1 ? 0 : targetUtilization)
  }
  const newUsageRatio = ratioOf(metrics)
  if (isWithin(newUsageRatio) || (usageRatio < 1 && newUsageRatio > 1) || (usageRatio > 1 && newUsageRatio < 1)) {
    return currentReplicas
  }
  const newReplicas = Math.ceil(newUsageRatio * metrics.length)
  if ((newUsageRatio < 1 && newReplicas > currentReplicas) || (newUsageRatio > 1 && newReplicas < currentReplicas)) {
    return currentReplicas
  }
  return newReplicas
}

function getExternalPerPodMetricReplicas(statusReplicas: number, targetPerPod: number, usage: number): number {
  const usageRatio = usage / (targetPerPod * statusReplicas)
  return isWithin(usageRatio) ? statusReplicas : Math.ceil(usage / targetPerPod)
}
