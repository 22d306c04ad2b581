import { channelsOf, responseTo } from "../../app/optimizer/channels.ts"
import { solve } from "../../app/optimizer/index.ts"
import type { Problem } from "../../app/optimizer/problem.ts"
import { NotSolved, type Ours, ours, segments, type Theirs, theirs } from "./methods.ts"
import { problemOf, type Shape, shapes } from "./problems.ts"
import type { PythonSolver } from "./python.ts"
import type { Cell, MethodResult } from "./results.ts"
import { percentile, ratios, summarize } from "./statistics.ts"

/** Channels, and how many problems of that size each method is given. */
export const sizes = [
  { channels: 5, problems: 20 },
  { channels: 20, problems: 20 },
  { channels: 100, problems: 8 },
  { channels: 1000, problems: 3 },
] as const

/** A solve is repeated until one of these is reached, and its median taken. */
const repeatSeconds = 0.05
const mostRepeats = 25
/** Solved before anything is timed, other problems of the same kind, so that the code is compiled as in a running service. */
const warmUpSeconds = 0.5
/** The longest that SLSQP is given: at 1,000 channels it would take minutes. */
const limitSeconds = 20
/** A peer that takes longer is given no further problem of the same size. */
const patienceMillis = 5_000

interface Answered {
  readonly milliseconds: number
  readonly allocation: ArrayLike<number>
  readonly certified?: number | undefined
}

type Outcome = Answered | { readonly error: string }

/** The methods of both sides on the same problems, problem by problem in turn. `python` is left out where there is none. */
export async function measureSolves(python: PythonSolver | undefined, isQuick: boolean): Promise<Cell[]> {
  const cells: Cell[] = []
  for (const { channels, problems } of sizes)
    for (const shape of shapes) {
      const count = isQuick ? Math.ceil(problems / 5) : problems
      cells.push(await measureCell({ channels, shape, count, python }))
    }
  return cells
}

interface CellOptions {
  readonly channels: number
  readonly shape: Shape
  readonly count: number
  readonly python: PythonSolver | undefined
}

async function measureCell({ channels, shape, count, python }: CellOptions): Promise<Cell> {
  const here = ours.filter((method) => method.shape === shape && channels <= method.most)
  const there = python ? theirs.filter((method) => method.shapes.includes(shape)) : []
  const outcomes = new Map<string, Outcome[]>([...here, ...there].map(({ name }) => [name, []]))
  for (const method of here) warmUp(method, { channels, shape })
  const problems = Array.from({ length: count }, (_, seed) => problemOf({ channels, shape, seed }))
  for (const problem of problems) {
    for (const method of here) outcomes.get(method.name)?.push(timeOurs(method, problem))
    for (const method of there) {
      const before = outcomes.get(method.name) ?? []
      if (before.every((outcome) => !("error" in outcome) && outcome.milliseconds < patienceMillis))
        before.push(await timeTheirs(method, problem, python))
    }
  }
  const bounds = problems.map(boundOf)
  const first = outcomes.get(here[0]?.name ?? "") ?? []
  const methods = [...outcomes].map(([name, found]) => resultOf(name, found, { problems, bounds, first }))
  return { channels, shape, methods }
}

function warmUp(method: Ours, { channels, shape }: { channels: number; shape: Shape }): void {
  const until = performance.now() + warmUpSeconds * 1000
  for (let seed = 1e6; performance.now() < until; seed++) attempt(method.prepare(problemOf({ channels, shape, seed })))
}

function attempt<T>(run: () => T): T | { readonly error: string } {
  try {
    return run()
  } catch (error) {
    if (error instanceof NotSolved) return { error: error.message }
    throw error
  }
}

function timeOurs(method: Ours, problem: Problem): Outcome {
  const run = method.prepare(problem)
  const times: number[] = []
  const until = performance.now() + repeatSeconds * 1000
  for (;;) {
    const begun = performance.now()
    const solution = attempt(run)
    if ("error" in solution) return solution
    times.push(performance.now() - begun)
    if (performance.now() >= until || times.length >= mostRepeats)
      return { milliseconds: percentile(times, 50), allocation: solution.allocation, certified: solution.gap }
  }
}

async function timeTheirs({ method, unit }: Theirs, problem: Problem, python?: PythonSolver): Promise<Outcome> {
  if (!python) return { error: "there is no Python" }
  return python.ask({ method, problem, unit, segments, limitSeconds, repeatSeconds, mostRepeats })
}

/** No allocation earns more than this. */
function boundOf(problem: Problem): number {
  const solution = solve(problem)
  if (!("bound" in solution)) throw new Error(`A problem of the benchmark is ${solution.status}.`)
  return solution.bound
}

interface Context {
  readonly problems: readonly Problem[]
  readonly bounds: readonly number[]
  readonly first: readonly Outcome[]
}

/** Pure: what is said of one method's outcomes, in the order of the problems. */
export function resultOf(
  name: string,
  outcomes: readonly Outcome[],
  { problems, bounds, first }: Context,
): MethodResult {
  const times: number[] = []
  const compared: number[] = []
  const gaps: number[] = []
  const offs: number[] = []
  const certified: number[] = []
  const failures = new Set<string>()
  for (const [i, outcome] of outcomes.entries()) {
    const problem = problems[i]
    const reference = first[i]
    if ("error" in outcome) failures.add(outcome.error)
    if ("error" in outcome || !problem) continue
    times.push(outcome.milliseconds)
    if (reference && !("error" in reference)) compared.push(...ratios([outcome.milliseconds], [reference.milliseconds]))
    const spends = Float64Array.from(outcome.allocation)
    gaps.push(1 - responseTo(channelsOf(problem.channels), spends) / (bounds[i] as number))
    offs.push(offOf(problem, spends))
    if (outcome.certified !== undefined) certified.push(outcome.certified)
  }
  return {
    name,
    asked: outcomes.length,
    solved: times.length,
    failures: [...failures],
    ...(times.length > 0 ? { time: summarize(times), gap: summarize(gaps), off: Math.max(...offs) } : {}),
    ...(compared.length > 0 && outcomes !== first ? { ratio: summarize(compared) } : {}),
    ...(certified.length > 0 ? { certified: Math.max(...certified) } : {}),
  }
}

/** By what share spends miss the total or pass a bound, at most. */
export function offOf({ total, channels }: Problem, spends: Float64Array): number {
  const amount = total?.amount ?? 0
  const sum = spends.reduce((before, spend) => before + spend, 0)
  const beyond = channels.map(({ min, max }, i) => {
    const spend = spends[i] as number
    return Math.max(0, min - spend, spend - max) / max
  })
  return Math.max(Math.abs(sum - amount) / amount, ...beyond)
}
