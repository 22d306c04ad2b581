import { openDatabase } from "../../../app/data/database.ts"
import { openQueue } from "../../../app/jobs/queue.ts"
import { openWorkerPool } from "../../../app/scaler/google.ts"
import { startScaler } from "../../../app/scaler/loop.ts"
import { openLog } from "../../../app/server/log.ts"
import { startQueue } from "../../support/scaler/start-queue.ts"

/**
 * A process with the role scaler, as a test runs two of: the real lock, queue, decision and SDK, on a double of Cloud
 * Run. It ends on SIGTERM.
 */
const [databaseUrl = "", doubleUrl = "", accessToken = "", resource = ""] = process.argv.slice(2)
const log = openLog("INFO")
const database = openDatabase({ url: databaseUrl, poolSize: 2, log })
const queue = openQueue({ database, log })
await startQueue(queue)
log.info({ event_type: "started" }, "This process has its queue")
const at = { percentPerMinute: 1000, afterSeconds: 0 }
const scaler = await startScaler({
  scaling: { worker: { resource, min: 1, max: 50, signals: { queuedJobs: 1 }, up: at, down: at } },
  database: { url: databaseUrl },
  readQueuedJobs: async () => (await queue.stats()).depth,
  observe: { active: () => undefined, decided: () => undefined, failed: () => undefined },
  log,
  // A round is given up after a part of its period, and the lock where the database is silent for a beat: shorter, and a
  // busy machine lets no round end, or takes the lock away from a process that lives
  periodMs: 1_000,
  beatMs: 1_000,
  open: async (scaling) => openWorkerPool(scaling, { rootUrl: `${doubleUrl}/`, accessToken, pollMs: 20 }),
})
process.once("SIGTERM", async () => {
  await scaler.stop()
  await queue.stop()
  await database.close()
})
await scaler.ended
