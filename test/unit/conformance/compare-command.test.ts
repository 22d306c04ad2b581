import assert from "node:assert/strict"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, describe, it, type TestContext } from "node:test"
import { pathToFileURL } from "node:url"
import { compare } from "../../../infra/cli/compare-command.ts"
import { exitCodes } from "../../../infra/cli/exit-codes.ts"
import { observeStack } from "../../../infra/cli/observe.ts"

/** The stacks as they are, but for what the load balancer of one of them says of its time limit. */
const shortOnAws: typeof observeStack = async (stack) => {
  const observed = await observeStack(stack)
  return observed.name === "aws" ? { ...observed, observation: { ...observed.observation, timeout: 60 } } : observed
}

describe("atlas compare", () => {
  const folder = mkdtempSync(join(tmpdir(), "atlas-compare-"))
  after(() => rmSync(folder, { recursive: true }))
  const page = join(folder, "parity.md")

  /** Runs the command, and takes what it prints; the test runner's own messages, which are no text, go on. */
  async function run(context: TestContext, options: Omit<Parameters<typeof compare>[0], "file">) {
    const take = (stream: NodeJS.WriteStream): string[] => {
      const texts: string[] = []
      const write = stream.write.bind(stream)
      context.mock.method(stream, "write", (chunk: string | Uint8Array) =>
        typeof chunk === "string" ? texts.push(chunk) > 0 : write(chunk),
      )
      return texts
    }
    const [stdout, stderr] = [take(process.stdout), take(process.stderr)]
    try {
      const code = await compare({ ...options, file: pathToFileURL(page) })
      return { code, stdout: stdout.join(""), stderr: stderr.join("") }
    } finally {
      context.mock.restoreAll()
    }
  }

  it("exits 1 when a facet is different, names it, and shows it in the page", async (context) => {
    const { code, stdout, stderr } = await run(context, { json: false, observe: shortOnAws })
    assert.equal(code, exitCodes.failed.code)
    assert.equal(stderr, "aws: timeout is 60, not 300\n")
    assert.match(stdout, /^\| timeout \|.*\| \*\*different\*\* \|/m)
    assert.equal(readFileSync(page, "utf8"), stdout)
  })

  it("says the same in JSON", async (context) => {
    const { code, stdout } = await run(context, { json: true, observe: shortOnAws })
    assert.equal(code, 1)
    assert.deepEqual(JSON.parse(stdout).faults, ["aws: timeout is 60, not 300"])
  })

  it("exits 0 when none is", async (context) => {
    const { code, stderr } = await run(context, { json: false })
    assert.deepEqual([code, stderr], [exitCodes.ok.code, ""])
  })
})
