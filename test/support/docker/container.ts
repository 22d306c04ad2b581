import { service } from "../../../app/contract/service.ts"
import { defaultSpec } from "../../../infra/spec/defaults.ts"
import { bytes, vcpus } from "../../../infra/spec/units.ts"
import { docker, runSure } from "./client.ts"
import type { Docker } from "./open.ts"

export interface ContainerOptions {
  readonly image: string
  /** Its name is this, after the file's prefix. */
  readonly name: string
  readonly environment?: Readonly<Record<string, string>>
  /** What follows the image's entry point. */
  readonly command?: readonly string[]
  /** A network of Docker's; without it the machine's own, so that 127.0.0.1 is the same inside and out. */
  readonly network?: string
}

const { cpu, memory } = defaultSpec("production").workloads.api.size.limit

/**
 * What every platform gives the image, as Docker's options: the contract's user, a root file system that is read only,
 * no capability and no way to get one, and the api's limits of processor and memory, without swap.
 */
export const hardening = [
  `--user=${service.user.uid}:${service.user.gid}`,
  "--read-only",
  "--cap-drop=ALL",
  "--security-opt=no-new-privileges",
  `--cpus=${vcpus(cpu)}`,
  `--memory=${bytes(memory)}`,
  `--memory-swap=${bytes(memory)}`,
  "--pids-limit=256",
] as const

/** Starts a hardened container, which `machine.close()` removes; its name. */
export async function startContainer(machine: Docker, options: ContainerOptions): Promise<string> {
  const name = `${machine.prefix}-${options.name}`
  const variables = Object.entries(options.environment ?? {}).map(([key, value]) => `--env=${key}=${value}`)
  const network = `--network=${options.network ?? "host"}`
  const who = [`--name=${name}`, `--label=${machine.label}`]
  await docker([
    "run",
    "--detach",
    ...who,
    network,
    ...hardening,
    ...variables,
    options.image,
    ...(options.command ?? []),
  ])
  return name
}

/** What a container wrote to standard output and error so far. */
export async function logs(container: string): Promise<string> {
  return runSure("sh", ["-c", 'docker logs "$1" 2>&1', "sh", container])
}

/** One field of what Docker knows of a container or image, such as `.State.ExitCode`, parsed. */
export async function inspect(subject: string, field: string): Promise<unknown> {
  return JSON.parse(await docker(["inspect", "--format", `{{json ${field}}}`, subject]))
}
