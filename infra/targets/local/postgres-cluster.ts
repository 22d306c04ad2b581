import { spawn } from "node:child_process"
import { existsSync, rmSync } from "node:fs"
import { rename } from "node:fs/promises"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { lastLines } from "./children.ts"
import type { Context } from "./context.ts"
import type { PostgresBinaries } from "./postgres-binaries.ts"

/** The role that owns the stack's database, which has its name. */
export interface Owner {
  readonly role: string
  readonly password: string
}

/**
 * Makes the data folder of a cluster with one database and the role that owns it, unless it is there. It is made under
 * another name first: a data folder that was begun and not finished would never start.
 */
export async function initializeCluster(
  binaries: PostgresBinaries,
  data: string,
  owner: Owner,
  { state, signal }: Pick<Context, "state" | "signal">,
): Promise<void> {
  if (existsSync(data)) return
  const draft = `${data}.new`
  rmSync(draft, { recursive: true, force: true })
  const run = (program: string, args: readonly string[], input?: string) => runTool(program, args, state, signal, input)

  // The superuser is for repairs by hand; nothing of the stack knows its password.
  const superuser = "postgres"
  const passwordFile = state.writePrivate(
    join("postgres", "superuser-password"),
    `${state.secret("superuser-password", 32)}\n`,
    state.postgresUser,
  )
  try {
    await run(binaries.initdb, [
      `--pgdata=${draft}`,
      `--username=${superuser}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--locale=C",
    ])
  } finally {
    rmSync(passwordFile, { force: true })
  }
  // A server in single-user mode reads SQL, a statement a line, from its input: no client and no open port are needed.
  const statements = [
    `CREATE ROLE "${owner.role}" LOGIN PASSWORD '${owner.password}'`,
    `CREATE DATABASE "${owner.role}" OWNER "${owner.role}"`,
  ]
  await run(binaries.postgres, ["--single", "-D", draft, "postgres"], `${statements.join("\n")}\n`)
  await rename(draft, data)
}

async function runTool(
  program: string,
  args: readonly string[],
  state: Context["state"],
  signal: AbortSignal,
  input = "",
): Promise<void> {
  const process = spawn(program, [...args], {
    cwd: join(state.path, "postgres"),
    env: { PATH: globalThis.process.env.PATH, LC_ALL: "C", TZ: "UTC" },
    signal,
    ...state.postgresUser,
  })
  const exited = new Promise<number | null>((resolve, reject) => {
    process.once("error", reject)
    process.once("close", resolve)
  })
  process.stdin.on("error", () => undefined).end(input)
  const [code, , stderr] = await Promise.all([exited, text(process.stdout), text(process.stderr)])
  // Single-user mode ends with 0 whatever became of a statement.
  if (code !== 0 || /^.*(ERROR|FATAL|PANIC):/m.test(stderr)) {
    const hint = stderr.includes("error while loading shared libraries")
      ? '\nThe package\'s install script has not run: "npm rebuild" runs it'
      : ""
    throw new Error(`${program} failed with exit code ${code}:\n${lastLines(withoutStatements(stderr))}${hint}`)
  }
}

/** A server reports a failed statement with its text, and the text holds a password. */
const withoutStatements = (stderr: string): string =>
  stderr
    .split("\n")
    .filter((line) => !line.includes("STATEMENT:"))
    .join("\n")
