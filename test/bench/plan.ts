import { spawnSync } from "node:child_process"
import { performance } from "node:perf_hooks"
import { clone } from "../support/infra/cli.ts"

/**
 * How long a whole `atlas plan` takes for each committed stack, Node's start included: median, least and most of several
 * runs. The design asks for less than 2 s a target on 2 cores; it is measured here and asserted nowhere, because other
 * work on the machine would decide.
 */
const runs = 7
const stacks = ["dev", "staging", "production", "production-gcp", "production-azure"]
const goalSeconds = 2

for (const stack of stacks) {
  const seconds = Array.from({ length: runs }, () => {
    const begun = performance.now()
    const { status, stderr } = spawnSync(process.execPath, ["infra/cli/bin.js", "plan", stack, "--format", "json"], {
      cwd: clone,
      encoding: "utf8",
    })
    if (status !== 0) throw new Error(`atlas plan ${stack} failed: ${stderr}`)
    return (performance.now() - begun) / 1000
  }).sort((one, other) => one - other)
  const figures = [seconds[Math.floor(runs / 2)], seconds[0], seconds.at(-1)].map((one) => `${(one ?? 0).toFixed(2)} s`)
  const [median, least, most] = figures
  const isMet = (seconds[Math.floor(runs / 2)] ?? 0) < goalSeconds
  console.log(
    `plan ${stack.padEnd(16)} median ${median}  (${least} to ${most})  goal ${goalSeconds} s: ${isMet ? "met" : "missed"}`,
  )
}
