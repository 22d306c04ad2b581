import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Command, Option } from "commander"
import { clone, openState } from "../../infra/targets/local/state.ts"
import { measureHttp } from "./http.ts"
import { measureImage } from "./image.ts"
import { readMachine } from "./machine.ts"
import { renderCell, renderGoals, renderHttp, renderImage, renderPage, renderPlans } from "./page.ts"
import { measurePlans } from "./plan.ts"
import { type Interpreter, openPython, openPythonSolver } from "./python.ts"
import type { Http, Image, Results } from "./results.ts"
import { measureSolves } from "./solve.ts"

/**
 * `npm run bench`: measures all, in about eleven minutes, and writes docs/benchmarks.md. With --only or --quick it prints what
 * it found and writes nothing, because the page is of one whole run. Nothing here fails for being slow.
 */
const parts = ["solve", "http", "image", "plan"] as const
type Part = (typeof parts)[number]

const program = new Command("bench")
  .description("Measures the optimizer, the service, the image and the plan, and writes docs/benchmarks.md.")
  .addOption(new Option("--only <part>", "measure one part, print it, write nothing").choices(parts))
  .option("--quick", "fewer and shorter rounds, to see that all runs; write nothing", false)
  .option("--page", "measure nothing: write the page anew from the last whole run", false)
  .parse()
const { only, quick, page } = program.opts<{ only?: Part; quick: boolean; page: boolean }>()

const raw = join(openState().folder("bench"), "results.json")
const say = (text: string) => process.stdout.write(`${text}\n`)

if (page) writePage(JSON.parse(readFileSync(raw, "utf8")))
else {
  const results = await measure()
  say(`\n${renderGoals(results)}`)
  if (only === undefined && !quick) {
    writeFileSync(raw, JSON.stringify(results))
    writePage(results)
  }
}

function writePage(results: Results): void {
  writeFileSync(join(clone, "docs", "benchmarks.md"), renderPage(results))
  say("\nWrote docs/benchmarks.md.")
}

async function measure(): Promise<Results> {
  const machine = readMachine()
  const wanted = (part: Part) => only === undefined || only === part
  const python: Interpreter = openPython()
  if (python.missing !== undefined) say(`The peers are left out: ${python.missing}.`)
  const solve = wanted("solve") ? await solves(python) : []
  const http = wanted("http") ? await serves(python) : empty("the part was not run")
  const image = wanted("image") ? await images() : { missing: "the part was not run" }
  const plan = wanted("plan") ? measurePlans(quick) : []
  if (plan.length > 0) say(`\nPlans\n\n${renderPlans(plan)}`)
  const { command: _, ...found } = python
  return { machine, python: found, solve, http, image, plan }
}

async function solves(python: Interpreter) {
  const peers = python.missing === undefined ? openPythonSolver(python.command) : undefined
  const cells = await measureSolves(peers, quick).finally(() => peers?.close())
  for (const cell of cells) say(`\n${cell.channels} channels, ${cell.shape}\n\n${renderCell(cell)}`)
  return cells
}

async function serves(python: Interpreter): Promise<Http> {
  const http = await measureHttp(python, quick)
  say(`\nHTTP, ${http.cores}\n\n${renderHttp(http).join("\n\n")}`)
  return http
}

async function images(): Promise<Image> {
  const image = await measureImage(quick)
  say(`\nImage\n\n${renderImage(image).join("\n\n")}`)
  return image
}

/** What stands for a part that was not run. */
function empty(missing: string): Http {
  return { missing, cores: missing, throughput: [], steady: [] }
}
