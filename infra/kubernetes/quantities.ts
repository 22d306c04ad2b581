import type { SizeSpec } from "../spec/stack-spec.ts"
import type { Cpu, Memory } from "../spec/units.ts"
import { bytes, vcpus } from "../spec/units.ts"

/**
 * Kubernetes' own spelling of quantities: the one that the API server gives back, so that a refresh sees no change.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function cpuQuantity(cpu: Cpu): string {
  const thousandths = Math.round(vcpus(cpu) * 1000)
  return thousandths % 1000 === 0 ? String(thousandths / 1000) : `${thousandths}m`
}

export function memoryQuantity(memory: Memory): string {
  const mebibytes = Math.ceil(bytes(memory) / 2 ** 20)
  return mebibytes % 1024 === 0 ? `${mebibytes / 1024}Gi` : `${mebibytes}Mi`
}

export const resourcesOf = ({ request, limit }: SizeSpec) => ({
  requests: { cpu: cpuQuantity(request.cpu), memory: memoryQuantity(request.memory) },
  limits: { cpu: cpuQuantity(limit.cpu), memory: memoryQuantity(limit.memory) },
})
