import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { setTimeout as delay } from "node:timers/promises"

export interface CommandResult {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** Standard output and error as they came, the last part when there is much. */
  readonly output: string
  /** Whether `limitSeconds` ended it. */
  readonly late: boolean
  /** The commands that it started and that outlived it; they have been ended since. */
  readonly leftRunning: readonly string[]
}

const keptOutput = 20_000
/** How long processes have to end by themselves: after they were asked to, or after the one that started them ended. */
const graceMs = 5_000
const pollMs = 50

/** Whether processes that outlive a command can be seen here: only Linux shows them as files. */
export const seesProcesses = existsSync("/proc/self/stat")

/** The commands that run now; each leads a process group of its own, so that what it starts can be ended with it. */
const running = new Set<ChildProcess>()
let ending = false

/** Runs a command to its end, or ends it after `limitSeconds`; either way nothing of its process group is left. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv; limitSeconds: number },
): Promise<CommandResult> {
  if (ending) return never()
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  })
  running.add(child)
  let output = ""
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output = (output + chunk).slice(-keptOutput)
    })
  }
  const closed = new Promise((resolve) => child.once("close", resolve))
  let late = false
  const limit = setTimeout(() => {
    late = true
    void endGroup(child)
  }, options.limitSeconds * 1000)
  try {
    const [code, signal] = await exitOf(child)
    if (ending) return await never()
    const leftRunning = await readLeftRunning(child)
    await endGroup(child)
    // A process in a group of its own may still hold the pipe open, so the end of the output is not awaited for ever.
    await Promise.race([closed, delay(graceMs, undefined, { ref: false })])
    return { code, signal, output, late, leftRunning }
  } finally {
    clearTimeout(limit)
    running.delete(child)
  }
}

/**
 * Ends every running command with all of its group; resolves when they are gone. From then on no command starts and
 * none that was ended answers: the run is over, and whoever awaits one has nothing more to say.
 */
export async function endAll(): Promise<void> {
  ending = true
  await Promise.all([...running].map(endGroup))
}

const never = () => new Promise<never>(() => {})

function exitOf(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  return new Promise((resolve, reject) => {
    child.once("error", reject)
    child.once("exit", (code, signal) => resolve([code, signal]))
  })
}

async function readLeftRunning(child: ChildProcess): Promise<string[]> {
  const end = performance.now() + graceMs
  for (;;) {
    const members = readGroup(child.pid)
    if (members.length === 0 || performance.now() > end) return members
    await delay(pollMs)
  }
}

async function endGroup(child: ChildProcess): Promise<void> {
  if (!signalGroup(child, "SIGTERM")) return
  const end = performance.now() + graceMs
  while (readGroup(child.pid).length > 0 && performance.now() < end) await delay(pollMs)
  signalGroup(child, "SIGKILL")
}

/** Answers whether there was a process to signal. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): boolean {
  if (child.pid === undefined) return false
  try {
    return process.kill(-child.pid, signal)
  } catch {
    return false
  }
}

/** The command lines of a group's living processes; none where they cannot be seen. */
function readGroup(group: number | undefined): string[] {
  if (!seesProcesses || group === undefined) return []
  return readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return []
    try {
      // Fields after the command's name, which may hold spaces and brackets: state, parent, group; see proc(5).
      const [state, , owner] = readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ")
      // A zombie has ended; whether it goes away is for its parent, which may be a container's first process.
      if (Number(owner) !== group || state === "Z") return []
      return [readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim()]
    } catch {
      return []
    }
  })
}
