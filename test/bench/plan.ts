import { spawnSync } from "node:child_process"
import { stackOfTargets } from "../../infra/cli/observe.ts"
import { targets } from "../../infra/targets/index.ts"
import { clone } from "../support/infra/cli.ts"
import type { PlanTime } from "./results.ts"
import { summarize } from "./statistics.ts"

/** One of each target. */
export const stacks = Object.values(stackOfTargets(Object.keys(targets)))

/** How long a whole `atlas plan` takes for each committed stack, Node's start included; the stacks in turn. */
export function measurePlans(isQuick: boolean): PlanTime[] {
  const runs = isQuick ? 2 : 5
  const seconds = new Map<string, number[]>(stacks.map((stack) => [stack, []]))
  for (let run = 0; run < runs; run++) for (const stack of stacks) seconds.get(stack)?.push(timePlan(stack))
  return [...seconds].map(([stack, times]) => ({ stack, seconds: summarize(times) }))
}

function timePlan(stack: string): number {
  const begun = performance.now()
  const { status, stderr } = spawnSync(process.execPath, ["infra/cli/bin.js", "plan", stack, "--format", "json"], {
    cwd: clone,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  })
  if (status !== 0) throw new Error(`atlas plan ${stack} failed: ${stderr}`)
  return (performance.now() - begun) / 1000
}
