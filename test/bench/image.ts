import { setTimeout as delay } from "node:timers/promises"
import { docker } from "../support/docker/client.ts"
import { buildImage } from "../support/docker/image.ts"
import { type Docker, openDocker } from "../support/docker/open.ts"
import { type ContainerMemory, ownLayer, readMemory, startReplica } from "../support/docker/replica.ts"
import { startPostgres } from "../support/postgres.ts"
import type { Image } from "./results.ts"
import { summarize } from "./statistics.ts"

/** How long a replica is left alone before its memory is read, in milliseconds. */
const idleMs = 2000

/** The image as app/Dockerfile makes it, each start in a hardened container of its own, one after the other. */
export async function measureImage(isQuick: boolean): Promise<Image> {
  const machine = await openDocker()
  try {
    if (machine.skip !== false) return { missing: machine.skip }
    return await measure(machine, isQuick ? 2 : 7)
  } finally {
    await machine.close()
  }
}

async function measure(machine: Docker, starts: number): Promise<Image> {
  const image = await buildImage(machine, "bench")
  const postgres = await startPostgres()
  try {
    const layer = await ownLayer(machine, image)
    const start = (name: string) => startReplica(machine, { image, name, databaseUrl: postgres.url })
    // The first one migrates, and reads the image from the disk.
    await remove((await start("first")).container)
    const times: number[] = []
    const memories: ContainerMemory[] = []
    for (let number = 0; number < starts; number++) {
      const { container, readyAfter } = await start(`start-${number}`)
      times.push(readyAfter)
      await delay(idleMs)
      memories.push(await readMemory(container))
      await remove(container)
    }
    const of = (part: keyof ContainerMemory) => summarize(memories.map((memory) => memory[part]))
    return { layer, ready: summarize(times), counted: of("counted"), resident: of("resident") }
  } finally {
    await postgres.close()
  }
}

const remove = (container: string) => docker(["rm", "--force", container])
