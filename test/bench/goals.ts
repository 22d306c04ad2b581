import type { Cell, Http, Image, MethodResult, PlanTime, Results, Steady, Throughput } from "./results.ts"
import type { Summary } from "./statistics.ts"
import { number, range, share } from "./table.ts"

/** What was asked of the optimizer, the service and the program, and what was seen. */
export interface Verdict {
  readonly goal: string
  readonly seen: string
  /** "met", "missed: …" with what is lacking, or "not measured: …" with the reason. */
  readonly outcome: string
}

const notMeasured = (goal: string, why: string): Verdict => ({ goal, seen: "–", outcome: `not measured: ${why}` })

function atLeast(goal: string, value: number, least: number, seen: string): Verdict {
  const outcome =
    value >= least ? "met" : `missed: ${number(value)} of ${number(least)}, a factor of ${number(least / value)}`
  return { goal, seen, outcome }
}

function atMost(goal: string, value: number, most: number, seen: string): Verdict {
  const outcome =
    value <= most
      ? "met"
      : `missed: ${number(value)} where ${number(most)} are allowed, ${number(value / most)} times as much`
  return { goal, seen, outcome }
}

const methodOf = (
  cells: readonly Cell[],
  shape: Cell["shape"],
  channels: number,
  name: string,
): MethodResult | undefined =>
  cells.find((cell) => cell.shape === shape && cell.channels === channels)?.methods.find((one) => one.name === name)

/** Gaps below this are the last bits of a double. */
const equal = 1e-12
const certifiedGap = 1e-6

/** Every goal, in the order in which they were set. */
export function judge({ solve, http, image, plan, python }: Results): Verdict[] {
  const noPeer = python.missing === undefined ? "the part was not run" : "there is no Python"
  return [
    againstSlsqp(solve, noPeer),
    ...[
      { channels: 20, most: 5 },
      { channels: 100, most: 100 },
      { channels: 1000, most: 2000 },
    ].map((limit) => shaped(solve, limit)),
    ...perCore(http, noPeer),
    ...steadyGoals(http),
    ...memoryGoals(http),
    loopGoal(http),
    ...imageGoals(image),
    ...plan.map(planGoal),
  ]
}

function againstSlsqp(cells: readonly Cell[], noPeer: string): Verdict {
  const goal = "`kkt` at 100 channels at least 5,000 times as fast as SLSQP, at an equal or better response"
  const [kkt, slsqp, thousands] = ["kkt", "SLSQP", "SLSQP in thousands"].map((name) =>
    methodOf(cells, "concave", 100, name),
  )
  if (!kkt?.gap || !slsqp?.ratio || !slsqp.gap) return notMeasured(goal, noPeer)
  const seen = `${range(slsqp.ratio, " ×")}; in thousands ${range(thousands?.ratio, " ×")}; gaps ${share(kkt.gap.max)} and ${share(slsqp.gap.max)}`
  if (kkt.gap.max > slsqp.gap.max + equal) return { goal, seen, outcome: "missed: SLSQP's response is better" }
  return atLeast(goal, slsqp.ratio.median, 5000, seen)
}

function shaped(cells: readonly Cell[], { channels, most }: { channels: number; most: number }): Verdict {
  const goal = `S-shaped, ${number(channels)} channels, certified to 1e-6 in a median of ${number(most)} ms`
  const bnb = methodOf(cells, "S-shaped", channels, "bnb")
  if (!bnb?.time || bnb.certified === undefined) return notMeasured(goal, "the part was not run")
  const seen = `${range(bnb.time, " ms")}; gap at most ${share(bnb.certified)}; ${bnb.solved} of ${bnb.asked} solved`
  if (bnb.certified > certifiedGap || bnb.solved < bnb.asked)
    return { goal, seen, outcome: "missed: not all are certified" }
  return atMost(goal, bnb.time.median, most, seen)
}

function perCore({ throughput }: Http, noPeer: string): Verdict[] {
  const goals: readonly [Throughput["server"], number, string][] = [
    ["plain", 25, "HTTP at 5 channels, not stored: at least 25 times the guide's stack on the same core"],
    ["stored", 10, "HTTP at 5 channels, every answer stored: at least 10 times the guide's stack"],
  ]
  return goals.map(([server, least, goal]) => {
    const found = throughput.find((one) => one.server === server && one.channels === 5)
    if (!found?.ratio) return notMeasured(goal, noPeer)
    const work = found.workRatio ? `; by the processor time that a request takes ${range(found.workRatio, " ×")}` : ""
    return atLeast(goal, found.ratio.median, least, `${range(found.ratio, " ×")}${work}${failures(found.failed)}`)
  })
}

const failures = (failed: number): string => (failed === 0 ? "" : `; ${number(failed)} requests failed`)

const steadyGoal = (shape: Steady["shape"], server: string) =>
  `p99 under 10 ms at a steady 100 requests/s of 20 channels, ${shape}, ${server}`

function steadyGoals({ steady, missing }: Http): Verdict[] {
  return (["concave", "S-shaped"] as const).flatMap((shape) =>
    (["plain", "stored"] as const).map((server) => {
      const goal = steadyGoal(shape, server === "plain" ? "not stored" : "stored")
      const found = steady.find((one) => one.shape === shape && one.server === server)
      if (!found) return notMeasured(goal, missing ?? "the part was not run")
      const seen = `p50 ${number(found.p50)} ms, p99 ${number(found.p99)} ms${failures(found.failed)}`
      if (found.failed > 0) return { goal, seen, outcome: "missed: requests failed" }
      return atMost(goal, found.p99, 10, seen)
    }),
  )
}

function memoryGoals({ memory, missing }: Http): Verdict[] {
  const steady = "memory of the app at most 512 MiB at a steady 100 requests/s"
  const idle = "memory of the app under 120 MiB when idle"
  if (!memory) return [steady, idle].map((goal) => notMeasured(goal, missing ?? "the system does not say"))
  return [
    atMost(steady, memory.steady, 512, `${number(memory.steady)} MiB; at full load ${number(memory.full)} MiB`),
    atMost(idle, memory.idle, 120, `${number(memory.idle)} MiB`),
  ]
}

function loopGoal({ loop, missing }: Http): Verdict {
  const goal = "event loop's delay p99 under 20 ms while 1,000-channel S-shaped problems run on threads"
  if (!loop) return notMeasured(goal, missing ?? "the part was not run")
  const seen = `${number(loop.delayP99)} ms, of which the measuring timer itself is 10 ms; a probe beside it ${number(loop.probeP99)} ms`
  return atMost(goal, loop.delayP99, 20, seen)
}

const megabyte = 1e6

function imageGoals(image: Image): Verdict[] {
  const layer = "the image's own layers at most 6 MB compressed"
  const ready = "`/ready` within 500 ms of a container's start, the database up and migrated"
  const resident = "an idle container's process under 120 MB resident"
  const counted = "an idle container under 120 MB by what counts against its limit"
  if (image.missing !== undefined) {
    return [layer, ready, resident, counted].map((goal) => notMeasured(goal, image.missing))
  }
  const compressed = image.layer.compressed / megabyte
  const inMegabytes = ({ median, min, max }: Summary): Summary => {
    const of = (mebibytes: number) => (mebibytes * 2 ** 20) / megabyte
    return { median: of(median), min: of(min), max: of(max) }
  }
  const memory = (goal: string, seen: Summary) => atMost(goal, seen.median, 120, range(seen, " MB"))
  return [
    atMost(layer, compressed, 6, `${number(compressed)} MB, of ${number(image.layer.bytes / megabyte)} MB`),
    atMost(ready, image.ready.median, 500, range(image.ready, " ms")),
    memory(resident, inMegabytes(image.resident)),
    memory(counted, inMegabytes(image.counted)),
  ]
}

function planGoal({ stack, seconds }: PlanTime): Verdict {
  return atMost(`\`atlas plan ${stack}\` under 2 s`, seconds.median, 2, range(seconds, " s"))
}
