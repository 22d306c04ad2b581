/** What the commands of `atlas` exit with; `--help` shows this table. */
export const exitCodes = {
  ok: { code: 0, meaning: "done; for a smoke test: everything passed" },
  failed: { code: 1, meaning: "something could not be done, or a smoke test failed" },
  usage: { code: 2, meaning: "the command or the config is wrong; nothing was begun" },
  alreadyUp: { code: 3, meaning: 'another "up" of this clone is running' },
  interrupted: { code: 130, meaning: "stopped by a signal before it was done; nothing is left running" },
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]["code"]

/** Ends a command: the message is the whole of what there is to say, and `exitCode` what is answered. */
export class CommandError extends Error {
  readonly exitCode: ExitCode

  constructor(message: string, exitCode: ExitCode) {
    super(message)
    this.exitCode = exitCode
  }
}

/** The command or its input is wrong. */
export class UsageError extends CommandError {
  constructor(message: string) {
    super(message, exitCodes.usage.code)
  }
}

/** A signal came before the command was done. */
export class InterruptedError extends CommandError {
  constructor(message: string) {
    super(message, exitCodes.interrupted.code)
  }
}

export const describeExitCodes = (): string =>
  `Exit codes:\n${Object.values(exitCodes)
    .map(({ code, meaning }) => `  ${String(code).padEnd(4)} ${meaning}`)
    .join("\n")}`
