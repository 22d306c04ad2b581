import type { Size } from "../../spec/stack-spec.ts"
import { bytes, vcpus } from "../../spec/units.ts"

/** vCPUs that a container may have, with the least and the most memory of each in GiB: https://cloud.google.com/run/docs/configuring/services/cpu */
const pairs = [
  [1, 0, 4],
  [2, 0, 8],
  [4, 2, 16],
  [6, 4, 24],
  [8, 4, 32],
] as const

/** Below a whole vCPU; the same page. From `cpu` on up to so many GiB. */
const fractions = [
  { cpu: 0.5, memory: 1 },
  { cpu: 0.08, memory: 0.5 },
] as const

/** What an instance may have in all, and must have in the second generation of the sandbox; https://cloud.google.com/run/docs/configuring/services/memory-limits */
export const instanceLimits = { cpu: { least: 1, most: 8 }, memory: { least: 0.5, most: 32 } } as const

const gibibytes = ({ memory }: Size) => bytes(memory) / 2 ** 30

/** What Cloud Run sells nearest to a size that it does not have; undefined for one that it has. */
export function sizeProblem(size: Size): string | undefined {
  const [cpu, memory] = [vcpus(size.cpu), gibibytes(size)]
  const pair = pairs.find(([cpus]) => cpus === cpu)
  if (pair !== undefined) {
    const [, least, most] = pair
    return memory >= least && memory <= most
      ? undefined
      : `${cpu} vCPU with ${least === 0 ? "at most" : `${least} to`} ${most} GiB`
  }
  const fraction = fractions.find((one) => cpu < 1 && cpu >= one.cpu)
  if (fraction === undefined) return `${pairs.map(([cpus]) => cpus).join(", ")} vCPU, or a part of one from 0.08`
  return memory <= fraction.memory ? undefined : `${cpu} vCPU with at most ${fraction.memory} GiB`
}

/** The same for the containers of one instance together. */
export function instanceProblem(sizes: readonly Size[]): string | undefined {
  const cpu = sizes.reduce((sum, size) => sum + vcpus(size.cpu), 0)
  const memory = sizes.reduce((sum, size) => sum + gibibytes(size), 0)
  const { cpu: cpus, memory: memories } = instanceLimits
  if (cpu >= cpus.least && cpu <= cpus.most && memory >= memories.least && memory <= memories.most) return undefined
  return (
    `${cpus.least} to ${cpus.most} vCPU and ${memories.least} to ${memories.most} GiB for an instance, ` +
    `whose containers have ${cpu} vCPU and ${memory} GiB together`
  )
}
