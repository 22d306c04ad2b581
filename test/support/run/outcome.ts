import Type, { type Static } from "typebox"
import { Value } from "typebox/value"
import type { CommandResult } from "./processes.ts"

/** What became of one test, or of one whole check such as Biome. */
export interface Outcome {
  readonly file: string
  /** The test's name with those of the suites around it. */
  readonly name: string
  readonly result: "passed" | "failed" | "skipped"
  /** Why it failed or was skipped. */
  readonly message?: string
}

/** How the process of a test file ended. */
export type FileExit = CommandResult & { readonly file: string }

const ErrorEvent = Type.Object({
  message: Type.Optional(Type.String()),
  stack: Type.Optional(Type.String()),
  failureType: Type.Optional(Type.String()),
  cause: Type.Optional(Type.Unknown()),
})

/** The part of node's test events that is read here; https://nodejs.org/api/test.html#class-testsstream */
const EventLine = Type.Object({
  type: Type.String(),
  data: Type.Object({
    name: Type.Optional(Type.String()),
    testId: Type.Optional(Type.Integer()),
    parentId: Type.Optional(Type.Integer()),
    skip: Type.Optional(Type.Union([Type.String(), Type.Boolean()])),
    details: Type.Optional(Type.Object({ type: Type.Optional(Type.String()), error: Type.Optional(ErrorEvent) })),
  }),
})
type EventLine = Static<typeof EventLine>

export const noReason = "no reason given"

/**
 * The outcomes of one file: `lines` is what events.ts wrote, `exit` how the file's process ended. Suites are counted
 * only when they are skipped or fail by themselves. A file that ran no test, or whose process did not end well, is a
 * failure of its own.
 */
export function fileOutcomes(lines: string, exit: FileExit): Outcome[] {
  const events = lines.split("\n").flatMap(parseLine)
  const names = new Map<number, { name: string; parent: number }>()
  for (const { data } of events) {
    const { testId, name, parentId = 0 } = data
    if (testId !== undefined && name !== undefined) names.set(testId, { name, parent: parentId })
  }
  const outcomes = events.flatMap((event) => eventOutcome(event, exit.file, fullName(names, event.data.testId ?? 0)))
  const ended = events.some(({ type }) => type === "test:summary")
  const problem = exitProblem(exit, ended, outcomes)
  if (problem !== undefined) outcomes.push({ file: exit.file, name: "the file", result: "failed", message: problem })
  return outcomes
}

function parseLine(line: string): EventLine[] {
  if (line === "") return []
  try {
    const event: unknown = JSON.parse(line)
    return Value.Check(EventLine, event) ? [event] : []
  } catch {
    // The last line of a process that was killed may be cut off; its exit says so.
    return []
  }
}

function fullName(names: ReadonlyMap<number, { name: string; parent: number }>, id: number): string {
  const own = names.get(id)
  if (own === undefined) return ""
  const outer = fullName(names, own.parent)
  return outer === "" ? own.name : `${outer} > ${own.name}`
}

function eventOutcome({ type, data }: EventLine, file: string, name: string): Outcome[] {
  const { skip } = data
  if (type === "test:pass" && skip !== undefined && skip !== false) {
    return [{ file, name, result: "skipped", message: typeof skip === "string" && skip !== "" ? skip : noReason }]
  }
  if (type === "test:pass") return data.details?.type === "suite" ? [] : [{ file, name, result: "passed" }]
  // A parent of failing tests fails too; its children say why.
  if (type !== "test:fail" || data.details?.error?.failureType === "subtestsFailed") return []
  return [{ file, name, result: "failed", message: errorText(data.details?.error) }]
}

function errorText(error: Static<typeof ErrorEvent> | undefined): string {
  const cause: unknown = error?.cause
  if (Value.Check(ErrorEvent, cause)) return cause.stack ?? cause.message ?? "failed"
  return typeof cause === "string" ? cause : (error?.stack ?? error?.message ?? "failed")
}

function exitProblem(exit: FileExit, ended: boolean, outcomes: readonly Outcome[]): string | undefined {
  const output = exit.output.trim() === "" ? "" : `\n${exit.output.trim()}`
  if (exit.late) return `took too long and was ended${output}`
  if (exit.signal !== null) return `was ended by ${exit.signal}${output}`
  const failed = outcomes.some(({ result }) => result === "failed")
  if (exit.code !== 0 && !(ended && failed)) return `ended with exit code ${exit.code}${output}`
  if (exit.leftRunning.length > 0) return `left running what it started:\n${exit.leftRunning.join("\n")}`
  if (outcomes.length === 0) return `ran no test${output}`
  return undefined
}
