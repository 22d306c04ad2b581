import { readdir, readFile } from "node:fs/promises"
import { totalmem } from "node:os"
import { PerformanceObserver } from "node:perf_hooks"
import { setTimeout as delay } from "node:timers/promises"
import type { FastifyInstance } from "fastify"
import { routes } from "../../contract/routes.ts"

const MEBIBYTE = 1024 * 1024

/** How long the processor's share is measured. */
const CPU_WINDOW_MS = 200

/** What an operator asks first of a process that behaves oddly. Registered only with DEBUG_MODE=true. */
export async function debugRoutes(server: FastifyInstance) {
  const collections = countCollections()
  server.addHook("onClose", async () => collections.stop())

  server.get(routes.debugStatus, { schema: { hide: true } }, async () => {
    const memory = process.memoryUsage()
    return {
      memory: {
        rss_mb: memory.rss / MEBIBYTE,
        heap_used_mb: memory.heapUsed / MEBIBYTE,
        percent: (memory.rss / totalmem()) * 100,
      },
      cpu: { percent: await cpuPercent(), num_threads: await threadCount() },
      connections: process.getActiveResourcesInfo().filter((resource) => resource === "TCPSocketWrap").length,
      open_files: await openFileCount(),
      gc_stats: collections.read(),
      uptime_seconds: process.uptime(),
    }
  })
}

async function cpuPercent(): Promise<number> {
  const before = process.cpuUsage()
  await delay(CPU_WINDOW_MS)
  const used = process.cpuUsage(before)
  return ((used.user + used.system) / 1000 / CPU_WINDOW_MS) * 100
}

/** Null where the system has no /proc to ask. */
async function threadCount(): Promise<number | null> {
  const status = await readFile("/proc/self/status", "utf8").catch(() => "")
  const threads = /^Threads:\s+(\d+)$/m.exec(status)?.[1]
  return threads === undefined ? null : Number(threads)
}

async function openFileCount(): Promise<number | null> {
  return readdir("/proc/self/fd").then(
    (files) => files.length,
    () => null,
  )
}

function countCollections() {
  let count = 0
  let milliseconds = 0
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      count += 1
      milliseconds += entry.duration
    }
  })
  observer.observe({ entryTypes: ["gc"] })
  return { read: () => ({ count, milliseconds }), stop: () => observer.disconnect() }
}
