import { randomBytes } from "node:crypto"
import { type BaseImages, baseImages, missingBase } from "./base.ts"
import { docker } from "./client.ts"
import { type Daemon, openDaemon } from "./daemon.ts"

/** Docker for one test file: `const machine = await openDocker()` before its suites, `machine.close()` after them. */
export interface Docker {
  /** For node:test: why the file's suites cannot run here, or false. */
  readonly skip: string | false
  /** Begins the name of everything that the file makes, so that files side by side do not meet. */
  readonly prefix: string
  /** Carried by all that the file makes: `close` removes what has it. */
  readonly label: string
  /** The base images, made first where the machine has none yet. */
  baseImages(): Promise<BaseImages>
  /** Removes the containers, networks, volumes and images of this file, and ends the daemon if it was started here. */
  close(): Promise<void>
}

export async function openDocker(): Promise<Docker> {
  const daemon = await openDaemon()
  const prefix = `atlas-test-${randomBytes(4).toString("hex")}`
  const missing = daemon.missing ?? (await missingBase())
  return {
    skip: missing ?? false,
    prefix,
    label: `atlas.test=${prefix}`,
    baseImages,
    close: () => close(daemon, `atlas.test=${prefix}`),
  }
}

async function close(daemon: Daemon, label: string): Promise<void> {
  try {
    if (daemon.missing === undefined) await removeAll(label)
  } finally {
    await daemon.close()
  }
}

async function removeAll(label: string): Promise<void> {
  const filter = ["--filter", `label=${label}`, "--quiet"]
  const kinds = [
    { list: ["container", "ls", "--all", ...filter], remove: ["container", "rm", "--force", "--volumes"] },
    { list: ["network", "ls", ...filter], remove: ["network", "rm"] },
    { list: ["volume", "ls", ...filter], remove: ["volume", "rm"] },
    { list: ["image", "ls", ...filter], remove: ["image", "rm", "--force"] },
  ]
  for (const { list, remove } of kinds) {
    const names = (await docker(list)).split("\n").filter((name) => name !== "")
    if (names.length > 0) await docker([...remove, ...new Set(names)])
  }
}
