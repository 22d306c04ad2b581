import assert from "node:assert/strict"
import { type TestContext, test } from "node:test"
import { stripVTControlCharacters } from "node:util"
import { CommandError, exitCodes, InterruptedError, UsageError } from "../../../infra/cli/exit-codes.ts"
import { tellError } from "../../../infra/cli/tell-error.ts"
import { ConfigError } from "../../../infra/config.ts"

async function told(context: TestContext, error: unknown) {
  const texts: string[] = []
  const write = context.mock.method(process.stderr, "write", (text: string) => texts.push(text) > 0)
  try {
    return { code: await tellError(error), text: stripVTControlCharacters(texts.join("")) }
  } finally {
    write.mock.restore()
  }
}

test("what ends a command is told by its sentence alone, and says its exit code", async (context) => {
  for (const [error, code] of [
    [new UsageError("Said."), 2],
    [new InterruptedError("Said."), 130],
    [new CommandError("Said.", exitCodes.alreadyUp.code), 3],
    [new Error("Said."), 1],
    ["Said.", 1],
  ] as const) {
    assert.deepEqual(await told(context, error), { code, text: "Said.\n" })
  }
  const config = new ConfigError([{ key: "atlas:cloud", value: "moon", allowed: "local", action: "Name one" }])
  const { code, text } = await told(context, config)
  assert.equal(code, 2)
  assert.match(
    text,
    /^The config has 1 problem:\n {2}atlas:cloud: "moon" cannot be used; allowed: local\. Name one\.\n$/,
  )
})

test("a fault of the program itself shows where it is", async (context) => {
  const { code, text } = await told(context, new TypeError("It is undefined"))
  assert.equal(code, 1)
  assert.match(text, /^TypeError: It is undefined\n {4}at .*tell-error\.test\.ts/)
})
