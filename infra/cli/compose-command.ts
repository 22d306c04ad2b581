import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type ExitCode, exitCodes, UsageError } from "./exit-codes.ts"
import { writeFile } from "./folder.ts"
import { planStack } from "./plan-command.ts"

/** The stack whose files are under version control. */
export const committedStack = "single-server"
/** Where its files lie. */
export const renderedFolder = fileURLToPath(new URL("../targets/compose/rendered/", import.meta.url))

/** What Docker Compose reads beside the files, where somebody put it there. */
export const ofTheServer: readonly string[] = [".env", "compose.override.yaml"]

/** The files of a stack on one server, by path. */
export async function readComposeFiles(stack: string): Promise<Readonly<Record<string, string>>> {
  const { composeFiles } = await import("../targets/compose/render.ts")
  const { target, resources } = await planStack(stack)
  if (target !== "compose") {
    throw new UsageError(`The stack "${stack}" is on ${target}: name one whose atlas:cloud is compose`)
  }
  return composeFiles(resources)
}

/** `atlas compose STACK`: writes the files that Docker Compose runs, and answers with the exit code. */
export async function compose(stack: string = committedStack, folder: string = renderedFolder): Promise<ExitCode> {
  const files = await readComposeFiles(stack)
  for (const [path, text] of Object.entries(files)) writeFile(join(folder, path), text)
  process.stdout.write(`${Object.keys(files).length} files are in ${folder}: run sh release.sh there\n`)
  return exitCodes.ok.code
}
