import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"

/** A pid alone is reused; with the time at which the process started it names one process. */
export interface ProcessIdentity {
  readonly pid: number
  /** Opaque; only to be compared. */
  readonly started: string
}

/** The identity of a running process; undefined when there is none, or only its unreaped remains. */
export function identify(pid: number): ProcessIdentity | undefined {
  const started = process.platform === "linux" ? startedOnLinux(pid) : startedElsewhere(pid)
  return started === undefined ? undefined : { pid, started }
}

export const isRunning = ({ pid, started }: ProcessIdentity): boolean => identify(pid)?.started === started

/** The arguments of a running process, as one text; empty when there is none. */
export function commandLine(pid: number): string {
  try {
    return process.platform === "linux"
      ? readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")
      : ps(pid, "args=")
  } catch {
    return ""
  }
}

/** Start time in clock ticks since boot (field 22 of /proc/PID/stat, man 5 proc), with the boot's own id. */
function startedOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    // The command's name, in parentheses, may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    const [state] = fields
    const ticks = fields[19]
    if (state === undefined || ticks === undefined || "ZX".includes(state)) return undefined
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${ticks}`
  } catch {
    return undefined
  }
}

function startedElsewhere(pid: number): string | undefined {
  try {
    const [state, ...started] = ps(pid, "state=,lstart=").trim().split(/\s+/)
    return state === undefined || state.startsWith("Z") ? undefined : started.join(" ")
  } catch {
    return undefined
  }
}

const ps = (pid: number, columns: string): string =>
  execFileSync("ps", ["-o", columns, "-p", String(pid)], {
    encoding: "utf8",
    env: { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" },
  })
