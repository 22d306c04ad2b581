import { mkdtemp, readFile, rm } from "node:fs/promises"
import { availableParallelism, tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { styleText } from "node:util"
import { openDaemon } from "./support/docker/daemon.ts"
import { startServer } from "./support/postgres.ts"
import { readCoverage } from "./support/run/coverage.ts"
import { type FileRun, findTestFiles, runFiles } from "./support/run/files.ts"
import type { Outcome } from "./support/run/outcome.ts"
import { endAll, runCommand, seesProcesses } from "./support/run/processes.ts"
import { failureLines, lastLine, seconds, skipLines, tally, weakestLines } from "./support/run/report.ts"

/**
 * Every check of the repository: `node test/run.ts`. With arguments, only the test files that these paths or patterns
 * name, without Biome, tsc and coverage. Exits 1 when anything failed; the last line counts.
 */
const root = fileURLToPath(new URL("..", import.meta.url))
const patterns = process.argv.slice(2)
const leastCoveragePercent = 80
const colors = process.stdout.isTTY && process.env.CI === undefined && process.env.NO_COLOR === undefined

const say = (line = "") => process.stdout.write(`${line}\n`)
const color = (name: "red" | "green" | "yellow" | "bold", text: string) =>
  colors ? styleText(name, text, { validateStream: false }) : text
const title = (text: string) => say(`\n${color("bold", text)}`)
const marks = { passed: color("green", "ok  "), failed: color("red", "FAIL"), skipped: color("yellow", "skip") }

const scratch = await mkdtemp(join(tmpdir(), "atlas-test-"))
const cleanUp: (() => Promise<void>)[] = [() => rm(scratch, { recursive: true, force: true })]
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void interrupt(signal))

const started = performance.now()
const outcomes: Outcome[] = []
try {
  if (patterns.length === 0) await runChecks()
  const ran = await runTests()
  if (patterns.length === 0) await checkCoverage()
  if (ran === 0) record({ file: "test", name: "tests", result: "failed", message: "No test ran." })
} finally {
  await endEverything()
}
report()

/** The checks of the sources as they stand, one after the other. */
async function runChecks(): Promise<void> {
  title("Sources")
  for (const [name, ...args] of [["biome", "check", "."], ["tsc"]] as const) {
    const bin = join(root, "node_modules", ".bin", name)
    const from = performance.now()
    const { code, output } = await runCommand(bin, args, { cwd: root, env: process.env, limitSeconds: 300 })
    record({ file: name, name: [name, ...args].join(" "), result: code === 0 ? "passed" : "failed", message: output })
    say(`  ${marks[code === 0 ? "passed" : "failed"]} ${name}  ${seconds(performance.now() - from)}`)
  }
}

/** All test files: first many at a time; then, alone, the one that stands the whole stack up and needs the machine. */
async function runTests(): Promise<number> {
  const files = findTestFiles(root, patterns.length === 0 ? ["test/**/*.test.ts"] : patterns)
  const whole = files.filter((file) => file === join("test", "e2e", "up.test.ts"))
  // Those with real parts, and those that run commands, take longest, so they begin first.
  const long = ["integration", "e2e"].map((kind) => join("test", kind))
  const integration = files.filter((file) => !whole.includes(file) && long.some((folder) => file.startsWith(folder)))
  const others = files.filter((file) => !whole.includes(file) && !integration.includes(file))
  const env: NodeJS.ProcessEnv = { ...process.env, NODE_V8_COVERAGE: join(scratch, "coverage") }
  if (integration.length > 0) env.TEST_DATABASE_ADMIN_URL = await startDatabase()
  if (await useDocker(integration)) await startDocker()
  // Most of a file's time is start-up and waiting, so few cores still take two at a time.
  const together = Math.min(8, Math.max(2, availableParallelism()))
  title(`Test files: ${files.length}, ${together} at a time`)
  const found: Outcome[] = []
  for (const [batch, concurrency] of [
    [[...integration, ...others], together],
    [whole, 1],
  ] as const) {
    const folder = await mkdtemp(join(scratch, "events-"))
    found.push(...(await runFiles(root, batch, { concurrency, env, scratch: folder, onFile })))
  }
  outcomes.push(...found)
  return found.filter(({ result }) => result !== "skipped").length
}

/** One Postgres for all files; each takes a database of its own in it. */
async function startDatabase(): Promise<string> {
  const server = await startServer()
  cleanUp.unshift(() => server.close())
  return server.url
}

async function useDocker(files: readonly string[]): Promise<boolean> {
  const texts = await Promise.all(files.map((file) => readFile(join(root, file), "utf8")))
  return texts.some((text) => text.includes("/support/docker/"))
}

/** One daemon for all files: each would start its own, and end it while another file has containers in it. */
async function startDocker(): Promise<void> {
  const daemon = await openDaemon()
  cleanUp.unshift(() => daemon.close())
}

function onFile({ file, outcomes: found, milliseconds }: FileRun): void {
  const mark = marks[found.some(({ result }) => result === "failed") ? "failed" : "passed"]
  say(`  ${mark} ${file}  ${tally(found)}, ${seconds(milliseconds)}`)
}

async function checkCoverage(): Promise<void> {
  title("Coverage of app and infra")
  const coverage = await readCoverage(root, join(scratch, "coverage"), join(root, "coverage"))
  const enough = coverage.percent > leastCoveragePercent
  const message = `${coverage.percent.toFixed(1)} % of lines; it must be above ${leastCoveragePercent} %`
  const weakest = weakestLines(coverage, enough ? 5 : 15)
  record({
    file: "coverage",
    name: "lines of app and infra",
    result: enough ? "passed" : "failed",
    message: [message, "Weakest files:", ...weakest].join("\n"),
  })
  say(`  ${marks[enough ? "passed" : "failed"]} ${message}; line by line in coverage/index.html`)
  for (const line of weakest) say(`       ${line}`)
}

function record(outcome: Outcome): void {
  outcomes.push(outcome)
}

function report(): void {
  if (!seesProcesses) {
    const message = "processes that outlive their test can be seen only on Linux"
    record({ file: "test/run.ts", name: "nothing is left running", result: "skipped", message })
  }
  const failures = failureLines(outcomes)
  if (failures.length > 0) title(color("red", "Failed"))
  for (const line of failures) say(line)
  const skips = skipLines(outcomes)
  if (skips.length > 0) title("Could not be run here")
  for (const line of skips) say(line)
  say(`\n${seconds(performance.now() - started)}`)
  say(lastLine(outcomes))
  process.exitCode = outcomes.some(({ result }) => result === "failed") ? 1 : 0
}

async function interrupt(signal: NodeJS.Signals): Promise<void> {
  say(`\n${signal}: ending what runs`)
  await endEverything()
  process.exit(1)
}

async function endEverything(): Promise<void> {
  await endAll()
  for (const end of cleanUp.splice(0)) await end()
}
