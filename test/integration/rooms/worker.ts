import { openDatabase } from "../../../app/data/database.ts"
import { openQueue } from "../../../app/jobs/queue.ts"

/**
 * A worker for the tests to kill: it takes a job, prints its id, and never finishes it.
 * node worker.ts <database url>
 */
const none = () => undefined
const log = { debug: none, info: none, warn: none, error: none }
const database = openDatabase({ url: process.argv[2] ?? "", poolSize: 4, log })
await openQueue({ database, log }).work(
  ({ id }) => {
    process.stdout.write(`${id}\n`)
    return new Promise(none)
  },
  { concurrency: 1 },
)
