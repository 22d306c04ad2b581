import { writeFileSync } from "node:fs"
import type { ComparedFacet } from "../plan/compare.ts"
import { type ExitCode, exitCodes } from "./exit-codes.ts"
import { observeStack, stackOfTargets } from "./observe.ts"

/** Where the comparison is written. */
export const parityFile = new URL("../../docs/parity.md", import.meta.url)

export interface Parity {
  /** By target, the stack that stands for it. */
  readonly stacks: Readonly<Record<string, string>>
  readonly compared: readonly ComparedFacet[]
  /** The page, as docs/parity.md must hold it. */
  readonly page: string
  readonly faults: readonly string[]
}

/**
 * Plans a stack of each target and compares what the resources say with what the stack asks for. `observe` says what they
 * say of one stack.
 */
export async function readParity(observe: typeof observeStack = observeStack): Promise<Parity> {
  const [{ targets }, { compareStacks, faults }, { parityPage }] = await Promise.all([
    import("../targets/index.ts"),
    import("../plan/compare.ts"),
    import("../plan/parity.ts"),
  ])
  const stacks = stackOfTargets(Object.keys(targets))
  const observed = await Promise.all(Object.values(stacks).map((stack) => observe(stack)))
  const compared = compareStacks(observed)
  return { stacks, compared, page: parityPage(compared, stacks), faults: faults(compared) }
}

interface CompareOptions {
  readonly json: boolean
  /** As of `readParity`. */
  readonly observe?: typeof observeStack
  /** Where the page is written; docs/parity.md without it. */
  readonly file?: URL
}

/** `atlas compare`: shows the comparison, writes docs/parity.md, and answers with the exit code. */
export async function compare({ json, observe, file = parityFile }: CompareOptions): Promise<ExitCode> {
  const { stacks, compared, page, faults } = await readParity(observe)
  writeFileSync(file, page)
  process.stdout.write(json ? `${JSON.stringify({ stacks, facets: compared, faults }, undefined, 2)}\n` : page)
  if (faults.length === 0) return exitCodes.ok.code
  process.stderr.write(`${faults.join("\n")}\n`)
  return exitCodes.failed.code
}
