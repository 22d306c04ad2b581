import { Command, CommanderError } from "commander"
import { service } from "../../app/contract/service.ts"
import { describeExitCodes, exitCodes } from "./exit-codes.ts"
import type { PlanCommandOptions } from "./plan-command.ts"
import { tellError } from "./tell-error.ts"

const json = ["--json", "print the result as JSON"] as const

const atlas = new Command(service.name)
  .description("Stands the Atlas stack up and looks after it.")
  .addHelpText("after", `\n${describeExitCodes()}`)
  .configureHelp({ showGlobalOptions: true })
  .exitOverride()

atlas
  .command("up")
  .description("Stand the stack up, smoke-test it, and keep it up until Ctrl-C.")
  .argument("[stack]", "whose Pulumi.STACK.yaml is read", "dev")
  .option("--smoke", "shut down after the smoke tests and exit with their status")
  .option(...json)
  .addHelpText("after", `\n${describeExitCodes()}`)
  .action(async (stack: string, options: { smoke?: true; json?: true }) => {
    const { up } = await import("./up.ts")
    process.exitCode = await up(stack, { smoke: options.smoke === true, json: options.json === true })
  })

atlas
  .command("smoke")
  .description("Test a running stack from outside: health, models and an optimization.")
  .argument("<url>", "where its gateway is, such as https://atlas.example.com")
  .option("--key <key>", "an API key; better in the environment variable ATLAS_KEY, which nobody else can read")
  .option(...json)
  .addHelpText("after", `\n${describeExitCodes()}`)
  .action(async (url: string, options: { key?: string; json?: true }) => {
    const { smoke } = await import("./smoke-command.ts")
    process.exitCode = await smoke(url, { key: options.key ?? process.env.ATLAS_KEY, json: options.json === true })
  })

atlas
  .command("plan")
  .description("Show what a stack registers: without an engine, credentials or a passphrase.")
  .argument("<stack>", "whose Pulumi.STACK.yaml is read")
  .option("--cloud <target>", "in place of the stack's own atlas:cloud")
  .option("--against <commit>", "what has changed since that commit")
  .option("--format <format>", "text, json, markdown, or yaml for Kubernetes objects", "text")
  .addHelpText("after", `\n${describeExitCodes()}`)
  .action(async (stack: string, options: PlanCommandOptions) => {
    const [{ plan }, { checks }] = await Promise.all([import("./plan-command.ts"), import("./plan-checks.ts")])
    process.exitCode = await plan(stack, options, checks)
  })

atlas
  .command("compare")
  .description("Compare what the resources of each target say with what its stack asks for; writes docs/parity.md.")
  .option(...json)
  .addHelpText("after", `\n${describeExitCodes()}`)
  .action(async (options: { json?: true }) => {
    const { compare } = await import("./compare-command.ts")
    process.exitCode = await compare({ json: options.json === true })
  })

atlas
  .command("render")
  .description(
    "Make every generated file under version control anew: pages, tables, dashboards, rules, the files of one server.",
  )
  .option("--check", "write nothing; exit with 1 and name the files that are stale")
  .option(...json)
  .addHelpText("after", `\n${describeExitCodes()}`)
  .action(async (options: { check?: true; json?: true }) => {
    const { render } = await import("./render-command.ts")
    process.exitCode = await render({ check: options.check === true, json: options.json === true })
  })

atlas
  .command("compose")
  .description("Write the files that Docker Compose runs on one server.")
  .argument("[stack]", "whose Pulumi.STACK.yaml is read; that of the committed files without it")
  .argument("[folder]", "where they are written; that of the committed ones without it")
  .addHelpText("after", `\n${describeExitCodes()}`)
  .action(async (stack?: string, folder?: string) => {
    const { compose } = await import("./compose-command.ts")
    process.exitCode = await compose(stack, folder)
  })

try {
  await atlas.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has said what is wrong; help and version end here too, with 0.
    process.exitCode = error.exitCode === 0 ? exitCodes.ok.code : exitCodes.usage.code
  } else {
    // An error that is left to end this module says nothing where a plan's own listener has taken it.
    process.exitCode = await tellError(error)
  }
}
