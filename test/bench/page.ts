import { judge } from "./goals.ts"
import { segments } from "./methods.ts"
import { type Cell, type Http, type Image, type PlanTime, type Results, servers } from "./results.ts"
import { number, range, share, table, times } from "./table.ts"

/** The page docs/benchmarks.md: pure, so that the same results make the same page. */
export function renderPage(results: Results): string {
  return `${[
    "# Benchmarks",
    "Written by `npm run bench`; what stands here was measured in one run. Other machines give other times: the ratios " +
      "say more, because both sides of each were measured in turn. A time is a median (least to most).",
    "## Goals",
    renderGoals(results),
    "## Machine",
    renderMachine(results),
    "## Time of a solution",
    solveNotes,
    ...results.solve.flatMap((cell) => [`### ${number(cell.channels)} channels, ${cell.shape}`, renderCell(cell)]),
    "## HTTP",
    httpNotes(results.http),
    ...renderHttp(results.http),
    "## Image",
    ...renderImage(results.image),
    "## Plans",
    "The whole of `atlas plan STACK --format json`, Node's start included.",
    renderPlans(results.plan),
  ].join("\n\n")}\n`
}

export function renderGoals(results: Results): string {
  return table(
    ["goal", "seen", "outcome"],
    judge(results).map(({ goal, seen, outcome }) => [goal, seen, outcome]),
  )
}

function renderMachine({ machine, python }: Results): string {
  const { processor, cores, memoryGibibytes, system, load, versions } = machine
  const list = (named: Readonly<Record<string, string>>) =>
    Object.entries(named)
      .map(([name, version]) => `${name} ${version}`)
      .join(", ")
  const busy =
    load > 0.5
      ? " Other work ran on it at the same time, so the times are longer than the machine's own, and their ends far apart."
      : ""
  return [
    `${processor}, ${cores} cores, ${number(memoryGibibytes)} GiB, ${system}. At the begin ${number(load)} processes ` +
      `wanted a core.${busy}`,
    `Versions: ${list(versions)}; ${python.missing === undefined ? list(python.versions) : `not measured: ${python.missing}`}.`,
  ].join("\n\n")
}

const solveNotes = `Every method gets the same problems: today's spends from 1,000 to 100,000, bounds from 0 to three times them, their sum to
be spent; concave curves are half logistic, half Michaelis–Menten, S-shaped ones Hill curves with slopes from 1.5 to 4.
The gap is 1 − response / certified bound, both on the true curves; off is by what share an answer misses the total or a
bound; × is how many times as long as the first row's method, problem by problem. Each problem is solved until 50 ms have
passed, or 25 times, and its median taken.

- **kkt, lp, bnb, mip** are the app's own: the whole call, checks and certificate included, with code that is compiled
  already. All others solve only, from what was prepared before.
- **${segments} segments**: one linear program of ${segments} equal segments a channel, the same for all three solvers.
- **SLSQP** is set up as in PyMC-Marketing: money as it is, an equal split to start from, analytic gradient, ftol 1e-9, at
  most 1,000 iterations. It stops by an absolute tolerance, so its time depends on the unit: the second row has money and
  responses in thousands. Past 20 s it is stopped; a peer that needs more than 5 s is given no further problem.
- **grid search** is like Meridian's, on a grid made before. It ends at the first step that would pass the total, so it may
  leave much unspent, on S-shaped curves even all; within Meridian's default bounds, 30 % around today's spend, less.`

export function renderCell({ methods }: Cell): string {
  return table(
    ["method", "ms", "×", "gap, median", "gap, worst", "off, worst", "solved"],
    methods.map(({ name, time, ratio, gap, off, solved, asked, failures }) => [
      name,
      range(time),
      times(ratio),
      gap ? share(gap.median) : "–",
      gap ? share(gap.max) : "–",
      off === undefined ? "–" : share(off),
      [`${solved} of ${asked}`, ...failures].join("; "),
    ]),
  )
}

const httpNotes = ({
  cores,
}: Http): string => `\`POST /api/v1/optimize\` of the bundle that the image runs, as one process, against the least service in the deployment guide's stack
(\`test/bench/python/service.py\`): one uvicorn process with uvloop and httptools, SciPy's linprog on ${segments} segments, no
authentication, no log, nothing stored. The app authenticates, limits, validates, logs and measures as in production; its
Postgres writes through to the disk. Curves are concave where nothing else is said, and no request comes twice.
Cores: ${cores}.`

export function renderHttp({ throughput, steady, loop, memory, missing }: Http): string[] {
  if (missing !== undefined) return [`Not measured: ${missing}.`]
  return [
    "### As many requests as are answered, 32 clients",
    "Per core second counts only the processor time that the server got: it says what the request costs where other work " +
      "takes part of the core.",
    table(
      [
        "server",
        "channels",
        "requests/s",
        "×",
        "per core second",
        "× of that",
        "p50 ms",
        "p99 ms",
        "core busy",
        "requests",
        "failed",
      ],
      throughput.map((one) => [
        servers[one.server],
        number(one.channels),
        range(one.perSecond),
        times(one.ratio),
        range(one.perCoreSecond),
        times(one.workRatio),
        number(one.p50),
        number(one.p99),
        one.busy === undefined ? "–" : `${Math.round(one.busy * 100)} %`,
        number(one.requests),
        number(one.failed),
      ]),
    ),
    "### A steady rate",
    "Evenly spaced, and each timed from the moment at which it was due.",
    table(
      ["server", "curves", "channels", "requests/s", "p50 ms", "p99 ms", "longest ms", "requests", "failed"],
      steady.map((one) => [
        servers[one.server],
        one.shape,
        number(one.channels),
        number(one.rate),
        number(one.p50),
        number(one.p99),
        number(one.max),
        number(one.requests),
        number(one.failed),
      ]),
    ),
    "### The event loop beside large problems",
    ...(loop
      ? [
          `Two clients had S-shaped problems of ${number(loop.channels)} channels solved on the app's thread, ${loop.solved} in ${number(loop.seconds)} s, on the same ` +
            `core as its event loop. The loop's delay had a p99 of ${number(loop.delayP99)} ms, by a timer of 10 ms that itself ` +
            `counts; ${number(loop.probes)} requests to the liveness probe, 100 a second, had one of ${number(loop.probeP99)} ms.`,
        ]
      : []),
    memory
      ? `Memory of the app, resident: ${number(memory.full)} MiB at most in all of this; of a new process ${number(memory.idle)} MiB idle, and ` +
        `${number(memory.steady)} MiB at most at the steady rates.`
      : "Memory of the app: the system does not say.",
  ]
}

export function renderImage(image: Image): string[] {
  if (image.missing !== undefined) return [`Not measured: ${image.missing}.`]
  return [
    "The image on this machine's base, in containers as every platform runs them: read only, without capabilities, with the " +
      "api's limits of processor and memory. Each start is a container of its own; the first one, which migrates, does not count. " +
      "Memory is read two seconds after a start. What is resident holds pages of Node's binary too, which the kernel keeps " +
      "once for all containers of an image and takes back when memory is short; they do not count against a limit.",
    table(
      ["figure", "seen"],
      [
        ["own layer, bytes", number(image.layer.bytes)],
        ["own layer by gzip, bytes", number(image.layer.compressed)],
        ["ready after ms", range(image.ready)],
        ["counted MiB", range(image.counted)],
        ["resident MiB", range(image.resident)],
      ],
    ),
  ]
}

export const renderPlans = (plans: readonly PlanTime[]): string =>
  table(
    ["stack", "seconds"],
    plans.map(({ stack, seconds }) => [stack, range(seconds)]),
  )
