import { execFileSync } from "node:child_process"
import { readdirSync, readFileSync, readlinkSync } from "node:fs"

/** The state LISTEN in /proc/net/tcp (include/net/tcp_states.h). */
const listening = "0A"

/**
 * Whether the process itself listens on the port of 127.0.0.1. An answer on the port does not tell: two stacks that
 * start at the same time can choose the same port, and the one that lost it would take the other's answer for its own.
 */
export function listensOn(pid: number, port: number): boolean {
  try {
    return process.platform === "linux" ? listensOnLinux(pid, port) : listensElsewhere(pid, port)
  } catch {
    return false
  }
}

/** A line of /proc/net/tcp is "sl local_address rem_address st queues timer retrnsmt uid timeout inode …" (man 5 proc). */
function listensOnLinux(pid: number, port: number): boolean {
  const local = `:${port.toString(16).toUpperCase().padStart(4, "0")}`
  const inodes = readFileSync(`/proc/${pid}/net/tcp`, "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .flatMap((fields) => (fields[1]?.endsWith(local) && fields[3] === listening ? [`socket:[${fields[9]}]`] : []))
  return readdirSync(`/proc/${pid}/fd`).some((fd) => inodes.includes(readLink(`/proc/${pid}/fd/${fd}`)))
}

/** A descriptor may be closed between the listing and the look. */
function readLink(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ""
  }
}

function listensElsewhere(pid: number, port: number): boolean {
  const args = ["-nP", "-a", "-p", String(pid), `-iTCP:${port}`, "-sTCP:LISTEN", "-t"]
  return execFileSync("lsof", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim() === String(pid)
}
