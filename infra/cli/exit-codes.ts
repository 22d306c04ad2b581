/** What the commands of `atlas` exit with; `--help` shows this table. */
export const exitCodes = {
  ok: { code: 0, meaning: "done; for a smoke test: everything passed" },
  failed: { code: 1, meaning: "something could not be done, or a smoke test failed" },
  usage: { code: 2, meaning: "the command or the config is wrong; nothing was begun" },
  alreadyUp: { code: 3, meaning: 'another "up" of this clone is running' },
  interrupted: { code: 130, meaning: "stopped by a signal before it was done; nothing is left running" },
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]["code"]

/** The command or its input is wrong: the message is the whole of what there is to say. */
export class UsageError extends Error {}

export const describeExitCodes = (): string =>
  `Exit codes:\n${Object.values(exitCodes)
    .map(({ code, meaning }) => `  ${String(code).padEnd(4)} ${meaning}`)
    .join("\n")}`
