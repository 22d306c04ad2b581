import { fileURLToPath } from "node:url"
import { service } from "../../app/contract/service.ts"
import type { PlanFinding, PlanReport } from "../plan/render/report.ts"
import type { Plan } from "../plan/resource.ts"
import { type ExitCode, exitCodes, InterruptedError, UsageError } from "./exit-codes.ts"
import { readStackFileForPlan } from "./stack-file.ts"

/** Each loads its own library only when it is asked for. */
const renderers = {
  text: async () => (await import("../plan/render/text.ts")).renderText,
  json: async () => (await import("../plan/render/json.ts")).renderJson,
  markdown: async () => (await import("../plan/render/markdown.ts")).renderMarkdown,
  yaml: async () => (await import("../plan/render/yaml.ts")).renderYaml,
} as const

export type PlanFormat = keyof typeof renderers
export const planFormats = Object.keys(renderers) as readonly PlanFormat[]

export interface PlanCommandOptions {
  /** Replaces `atlas:cloud`. */
  readonly cloud?: string
  /** A commit whose plan is compared with. */
  readonly against?: string
  readonly format: PlanFormat
}

/** What is read from a plan beside its resources. */
export interface PlanChecks {
  facets(plan: Plan): readonly unknown[] | Promise<readonly unknown[]>
  findings(plan: Plan): readonly PlanFinding[] | Promise<readonly PlanFinding[]>
}

const noChecks: PlanChecks = { facets: () => [], findings: () => [] }

/** `atlas plan STACK`: shows what the program registers, and answers with the exit code. */
export async function plan(
  stack: string,
  options: PlanCommandOptions,
  checks: PlanChecks = noChecks,
): Promise<ExitCode> {
  const { cloud, against, format } = options
  const render = Object.hasOwn(renderers, format) ? renderers[format] : undefined
  if (render === undefined) {
    throw new UsageError(`"${format}" is no format of a plan: it is one of ${planFormats.join(", ")}`)
  }
  const planned = await planStack(stack, cloud)
  const compared = against === undefined ? undefined : await compare(planned, against, cloud)
  const report: PlanReport = {
    plan: planned,
    facets: await checks.facets(planned),
    findings: [...(compared?.moved ?? []), ...(await checks.findings(planned))],
    ...(compared === undefined ? {} : { comparison: compared.comparison }),
  }
  process.stdout.write((await render())(report))
  const stops = report.findings.some(({ severity }) => severity === "mandatory")
  return stops ? exitCodes.failed.code : exitCodes.ok.code
}

/** The plan of a stack of this clone, with `atlas:cloud` replaced where one is given. */
export async function planStack(stack: string, cloud?: string): Promise<Plan> {
  const { project, config, secretKeys } = readStackFileForPlan(stack)
  const [{ planProgram }, { program }] = await Promise.all([import("../plan/plan.ts"), import("../index.ts")])
  const asked = cloud === undefined ? config : { ...config, [`${service.name}:cloud`]: cloud }
  return planProgram({ project, stack, config: asked, secretKeys, program })
}

async function compare(planned: Plan, against: string, cloud: string | undefined) {
  const [{ planAt }, { diffPlans }, { movedStack }, { listenForInterrupts }] = await Promise.all([
    import("../plan/against.ts"),
    import("../plan/diff.ts"),
    import("../plan/moved.ts"),
    import("./interrupts.ts"),
  ])
  const interrupts = listenForInterrupts(() => process.stderr.write("Stopping\n"))
  try {
    const repository = fileURLToPath(new URL("../../", import.meta.url))
    const options = { repository, commit: against, stack: planned.stack, cloud, signal: interrupts.stop }
    const before = await planAt(options)
    return { comparison: { against, diff: diffPlans(before, planned) }, moved: movedStack(before, planned) }
  } catch (error) {
    const interrupted = interrupts.stop.aborted && interrupts.crash() === undefined
    throw interrupted ? new InterruptedError("Stopped before the commit was planned.") : error
  } finally {
    interrupts.release()
  }
}
