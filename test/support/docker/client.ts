import { spawn } from "node:child_process"
import { text } from "node:stream/consumers"

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * Builds are the classic builder's: Debian's client has no other, and newer ones still have it. It also shares the
 * machine's network with a build without being asked to permit it.
 */
const environment = { DOCKER_BUILDKIT: "0", BUILDKIT_PROGRESS: "plain" }

/** Runs a command to its end, whatever it answers; ends it after `limitSeconds`. */
export async function run(command: string, args: readonly string[], limitSeconds = 120): Promise<Ended> {
  const child = spawn(command, args, {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    signal: AbortSignal.timeout(limitSeconds * 1000),
  })
  const code = new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve))
  const [stdout, stderr, ended] = await Promise.all([text(child.stdout), text(child.stderr), code])
  return { code: ended, stdout, stderr }
}

/** Runs a command that has to succeed: its standard output, or an Error with what it said. */
export async function runSure(command: string, args: readonly string[], limitSeconds?: number): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, limitSeconds)
  if (code === 0) return stdout.trim()
  throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${stdout.slice(-4000)}${stderr.slice(-4000)}`)
}

/** `docker ARGS`, which has to succeed: its standard output. */
export const docker = (args: readonly string[], limitSeconds?: number) => runSure("docker", args, limitSeconds)
