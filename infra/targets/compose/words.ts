import { createHash } from "node:crypto"
import { service } from "../../../app/contract/service.ts"
import type { Size, SizeSpec } from "../../spec/stack-spec.ts"
import { bytes, vcpus } from "../../spec/units.ts"
import type { ComposeService, Deploy, Resources, Volume } from "./model.ts"

/** What every service has: one user, no rights beyond it, nothing it may write but what is mounted for it. */
export const confined = {
  user: `${service.user.uid}:${service.user.gid}`,
  read_only: true,
  cap_drop: ["ALL"],
  security_opt: ["no-new-privileges:true"],
  // Docker's default keeps logs for ever; this one keeps the newest 100 MB of each container.
  logging: { driver: "local" },
} as const satisfies Partial<ComposeService>

export const deployOf = ({ request, limit }: SizeSpec): Deploy => ({
  resources: { limits: resourcesOf(limit), reservations: resourcesOf(request) },
})

/** At most so much memory, in mebibytes, and any processor: for what the stack gives no size. */
export const memoryOf = (mebibytes: number): Pick<ComposeService, "deploy"> => ({
  deploy: { resources: { limits: { memory: `${Math.ceil(mebibytes)}m` } } },
})

const resourcesOf = ({ cpu, memory }: Size): Resources => ({
  cpus: String(vcpus(cpu)),
  memory: `${Math.ceil(bytes(memory) / 2 ** 20)}m`,
})

/** Data that stays. It begins empty, whatever the image has in that place, so that it belongs to whom `init` gave it. */
export const kept = (source: string, target: string): Volume => ({
  type: "volume",
  source,
  target,
  volume: { nocopy: true },
})

export const readOnly = (source: string, target: string): Volume =>
  ({
    ...{ type: source.startsWith(".") ? "bind" : "volume", source, target, read_only: true as const },
    ...(source.startsWith(".") ? {} : { volume: { nocopy: true as const } }),
  }) as Volume

/**
 * Marks a container with what it reads when it starts: `docker compose up` makes it anew when that has changed, and does
 * not look into files by itself.
 */
export const readsText = (text: string): Pick<ComposeService, "labels"> => ({
  labels: { "atlas.configuration": createHash("sha256").update(text).digest("hex").slice(0, 16) },
})

/** What is written and forgotten. Where the image has nothing in that place, Docker would give it to root alone. */
export const scratch = (path: string): string => `${path}:mode=1777`
