import { execFile } from "node:child_process"
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { promisify } from "node:util"
import { service } from "../../../app/contract/service.ts"
import { gatewayFile, gatewayPaths } from "../../../infra/gateway/container.ts"
import { kongEnvironment } from "../../../infra/gateway/environment.ts"
import { renderKong } from "../../../infra/gateway/render.ts"
import type { KongConfig } from "../../../infra/gateway/schema.ts"
import { ask } from "./ask.ts"
import type { RunningGateway, Subject } from "./subject.ts"
import { closedPort } from "./upstream.ts"

const run = promisify(execFile)
const folder = "/etc/atlas"
const prefix = "/kong_prefix"
const startSeconds = 60

/** Kong's settings in a container of the suite: those of every target. */
export const containerEnvironment = (): Record<string, string> =>
  kongEnvironment({
    configuration: `${folder}/${gatewayFile}`,
    prefix,
    workers: 1,
    logLevel: "notice",
    trusted: [],
  })

/**
 * Options of `docker run` as restricted as a pod: not root, no capability, a root that cannot be written. It shares the
 * machine's network, so that the suite's app and Redis are at 127.0.0.1 for it too; Linux only.
 */
export function containerOptions(file: string): string[] {
  const { uid, gid } = service.user
  const owned = `uid=${uid},gid=${gid}`
  return [
    "--network=host",
    "--read-only",
    `--tmpfs=${prefix}:${owned}`,
    `--tmpfs=/tmp:${owned}`,
    `--user=${uid}:${gid}`,
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    `--volume=${file}:${folder}/${gatewayFile}:ro`,
  ]
}

/** Starts a container for each configuration, on free ports of 127.0.0.1. */
export const kongContainer = (image: string): Subject => ({
  name: image,
  upstreamPort: 0,
  fixed: undefined,
  start: (config) => startContainer(image, config),
})

async function startContainer(image: string, config: KongConfig): Promise<RunningGateway> {
  const directory = await mkdtemp(join(tmpdir(), "atlas-kong-"))
  const file = join(directory, gatewayFile)
  // The container's user is another than the one who runs the suite. The keys are the suite's.
  await chmod(directory, 0o755)
  await writeFile(file, renderKong(config), { mode: 0o644 })
  const [port, statusPort] = [await closedPort(), await closedPort()]
  const environment = {
    ...containerEnvironment(),
    KONG_PROXY_LISTEN: `127.0.0.1:${port}`,
    KONG_STATUS_LISTEN: `127.0.0.1:${statusPort}`,
  }
  const given = Object.entries(environment).map(([name, value]) => `--env=${name}=${value}`)
  const { stdout } = await run("docker", ["run", "--detach", ...containerOptions(file), ...given, image])
  const id = stdout.trim()
  const statusUrl = `http://127.0.0.1:${statusPort}`
  const stop = async () => {
    // With the image's own signal, on which Kong finishes what it has begun.
    await run("docker", ["stop", `--time=${service.drainSeconds}`, id])
    await run("docker", ["rm", "--force", id])
    await rm(directory, { recursive: true })
  }
  try {
    await waitUntilReady(statusUrl, id)
  } catch (error) {
    const logs = await run("docker", ["logs", id])
    await stop()
    throw new Error(`${image} did not become ready:\n${logs.stdout}${logs.stderr}`, { cause: error })
  }
  return { url: `http://127.0.0.1:${port}`, statusUrl, stop }
}

async function waitUntilReady(statusUrl: string, id: string): Promise<void> {
  const deadline = performance.now() + startSeconds * 1000
  while (performance.now() < deadline) {
    const { stdout } = await run("docker", ["inspect", "--format={{.State.Running}}", id])
    if (stdout.trim() !== "true") throw new Error("it ended")
    const status = await ask(statusUrl, { path: gatewayPaths.readiness }).then(
      (answer) => answer.status,
      () => undefined,
    )
    if (status === 200) return
    await pause(200)
  }
  throw new Error(`not within ${startSeconds} s`)
}
