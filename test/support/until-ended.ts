import type { TestApp } from "./app.ts"

/** Asks for a job until it has ended. The test's own time limit bounds the loop. */
export async function untilEnded(app: TestApp, location: string) {
  for (;;) {
    const { body: job } = await app.ask("GET", location)
    if (job.status !== "queued" && job.status !== "running") return job
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
