import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { setTimeout as delay } from "node:timers/promises"

/** A server that is measured, as a process of its own. */
export interface Served {
  readonly port: number
  /** Seconds of a core that it has used so far; undefined where the system does not say. */
  cpuSeconds(): number | undefined
  /** The memory that it has resident, in mebibytes; undefined where the system does not say. */
  mebibytes(): number | undefined
  /** The most memory that it had resident, in mebibytes; undefined where the system does not say. */
  peakMebibytes(): number | undefined
  close(): Promise<void>
}

export interface Command {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly environment: NodeJS.ProcessEnv
  readonly port: number
  /** Answers 200 once the server may be asked. */
  readonly ready: string
  /** The core that it gets; undefined for any. */
  readonly core: number | undefined
}

const startSeconds = 60

/** Starts a server and waits until it answers. Throws with what it wrote when it ends before. */
export async function startServed({ name, command, args, environment, port, ready, core }: Command): Promise<Served> {
  const pinned = core === undefined ? [command, ...args] : ["taskset", "-c", String(core), command, ...args]
  const [program = command, ...rest] = pinned
  // Logs go where a log collector would take them: nowhere near the measured cores
  const child = spawn(program, rest, { env: environment, stdio: ["ignore", "ignore", "pipe"] })
  let errors = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-4000)
  })
  const closed = once(child, "close")
  const kill = () => child.kill("SIGKILL")
  process.once("exit", kill)
  const until = Date.now() + startSeconds * 1000
  while (!(await answers(port, ready))) {
    if (child.exitCode !== null || Date.now() > until) {
      kill()
      throw new Error(`${name} did not become ready: ${errors || `nothing was written in ${startSeconds} s`}`)
    }
    await delay(100)
  }
  return {
    port,
    cpuSeconds: () => readCpuSeconds(child),
    mebibytes: () => readResident(child, "VmRSS"),
    peakMebibytes: () => readResident(child, "VmHWM"),
    async close() {
      process.removeListener("exit", kill)
      child.kill("SIGTERM")
      const hung = setTimeout(kill, 10_000)
      await closed
      clearTimeout(hung)
    },
  }
}

async function answers(port: number, path: string): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined)
  await answer?.arrayBuffer()
  return answer?.ok === true
}

/** taskset replaces itself by the command, so the child's id is the server's. */
function readProc(child: ChildProcess, file: string): string | undefined {
  return process.platform === "linux" ? readFileSync(`/proc/${child.pid}/${file}`, "utf8") : undefined
}

/** utime and stime are the 14th and 15th field of stat, in hundredths of a second (man 5 proc_pid_stat; USER_HZ). */
function readCpuSeconds(child: ChildProcess): number | undefined {
  const fields = readProc(child, "stat")
    ?.replace(/^.*\) /, "")
    .split(" ")
  return fields && (Number(fields[11]) + Number(fields[12])) / 100
}

/** VmRSS is what there is, VmHWM the most that there was (man 5 proc_pid_status). */
function readResident(child: ChildProcess, field: "VmRSS" | "VmHWM"): number | undefined {
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(readProc(child, "status") ?? "")?.[1]
  return kibibytes === undefined ? undefined : Number(kibibytes) / 1024
}

/** One core for the server and another for all else; `restore` gives this process back what it had. */
export interface Cores {
  readonly server: number | undefined
  readonly said: string
  restore(): void
}

/** Takes this process, and what it starts from now on, off the core that the server gets. */
export function splitCores(): Cores {
  const none = (why: string): Cores => ({ server: undefined, said: `not pinned: ${why}`, restore: () => undefined })
  let before: string
  try {
    before = execFileSync("taskset", ["-cp", String(process.pid)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    })
  } catch {
    return none("there is no taskset")
  }
  const list = before.split(":").at(-1)?.trim() ?? ""
  const cores = coresOf(list)
  const [server, ...others] = cores
  if (server === undefined || others.length === 0) return none(`there is one core, ${list}`)
  pin(others.join(","))
  return {
    server,
    said: "the server alone has one core; load, Postgres and the rest of the benchmark have the other ones",
    restore: () => pin(list),
  }
}

/** All threads of this process: those that already run would stay where they are. */
function pin(cores: string): void {
  execFileSync("taskset", ["-acp", cores, String(process.pid)], { stdio: "ignore" })
}

/** The cores of a list as taskset prints it, such as 0-3,8. */
export function coresOf(list: string): number[] {
  return list.split(",").flatMap((part) => {
    const [first = Number.NaN, last = first] = part.split("-").map(Number)
    return Array.from({ length: last - first + 1 }, (_, k) => first + k)
  })
}
