import type { TestEvent } from "node:test/reporters"

/** How long a file may live after its last test: hooks stop what it started in less. */
const idleLimitMs = 20_000

/**
 * Reporter of one test file, given to node by --test-reporter: one JSON line an event, which outcome.ts reads. It also
 * ends a file whose tests are done but which something still keeps alive, naming what; node alone would wait for ever.
 */
export default async function* events(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  let open = 0
  let idle: NodeJS.Timeout | undefined
  for await (const event of source) {
    if (event.type === "test:enqueue") open += 1
    if (event.type === "test:complete") open -= 1
    clearTimeout(idle)
    // Unreferenced: it does not itself keep the process alive, so it fires only where something else does.
    if (open === 0) idle = setTimeout(endIdle, idleLimitMs).unref()
    yield `${JSON.stringify({ type: event.type, data: event.data }, plainErrors)}\n`
  }
}

function endIdle(): void {
  const held = [...new Set(process.getActiveResourcesInfo())].join(", ")
  process.stderr.write(`All tests were done, but something kept the file alive; active: ${held}.\n`)
  process.exit(1)
}

/** JSON leaves an Error's message and stack out, because they are not enumerable. */
function plainErrors(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value
  const failureType = "failureType" in value ? value.failureType : undefined
  return { message: value.message, stack: value.stack, cause: value.cause, failureType }
}
