import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { type FileExit, fileOutcomes, noReason } from "../../support/run/outcome.ts"

const file = "test/unit/a.test.ts"
const well: FileExit = { file, code: 0, signal: null, output: "", late: false, leftRunning: [] }
const summary = { type: "test:summary", data: {} }

const lines = (...events: object[]) => events.map((event) => `${JSON.stringify(event)}\n`).join("")
const begun = (testId: number, name: string, parentId = 0) => ({
  type: "test:enqueue",
  data: { testId, parentId, name },
})
const passed = (testId: number, more: object = {}) => ({ type: "test:pass", data: { testId, ...more } })
const failed = (testId: number, error: object, type = "test") => ({
  type: "test:fail",
  data: { testId, details: { type, error } },
})

describe("the outcomes of a test file", () => {
  test("tests are named with the suites around them; suites and failing parents are not counted", () => {
    const events = lines(
      begun(1, "suite"),
      begun(2, "good", 1),
      begun(3, "bad", 1),
      passed(2, { details: { type: "test" } }),
      failed(3, { message: "outer", failureType: "testCodeFailure", cause: { message: "boom", stack: "Error: boom" } }),
      failed(1, { message: "1 subtest failed", failureType: "subtestsFailed" }, "suite"),
      passed(1, { details: { type: "suite" } }),
      summary,
    )
    assert.deepEqual(fileOutcomes(events, { ...well, code: 1 }), [
      { file, name: "suite > good", result: "passed" },
      { file, name: "suite > bad", result: "failed", message: "Error: boom" },
    ])
  })

  test("skips keep their reason, suites' too", () => {
    const events = lines(
      begun(1, "a"),
      begun(2, "b"),
      begun(3, "c"),
      passed(1, { skip: "redis-server is not on PATH" }),
      passed(2, { skip: true, details: { type: "suite" } }),
      passed(3, { skip: "" }),
      summary,
    )
    assert.deepEqual(fileOutcomes(events, well), [
      { file, name: "a", result: "skipped", message: "redis-server is not on PATH" },
      { file, name: "b", result: "skipped", message: noReason },
      { file, name: "c", result: "skipped", message: noReason },
    ])
  })

  test("a file fails that ran no test, ended badly, took too long or left something running", () => {
    const one = lines(begun(1, "a"), passed(1), summary)
    const messages = (events: string, exit: Partial<FileExit>) =>
      fileOutcomes(events, { ...well, ...exit })
        .filter(({ result }) => result === "failed")
        .map(({ name, message }) => `${name}: ${message}`)
    assert.deepEqual(messages(one, {}), [])
    assert.deepEqual(messages("", {}), ["the file: ran no test"])
    assert.deepEqual(messages("", { code: 1, output: "SyntaxError\n" }), [
      "the file: ended with exit code 1\nSyntaxError",
    ])
    assert.deepEqual(messages(one, { code: 7 }), ["the file: ended with exit code 7"])
    assert.deepEqual(messages(one, { code: null, signal: "SIGKILL" }), ["the file: was ended by SIGKILL"])
    assert.deepEqual(messages(one, { code: null, signal: "SIGTERM", late: true }), [
      "the file: took too long and was ended",
    ])
    assert.deepEqual(messages(one, { leftRunning: ["sleep 9"] }), ["the file: left running what it started:\nsleep 9"])
    // Its failing test explains the exit code, but only when it came to its end.
    const bad = [begun(1, "a"), failed(1, { message: "no" })]
    assert.deepEqual(messages(lines(...bad, summary), { code: 1 }), ["a: no"])
    assert.deepEqual(messages(`${lines(...bad)}{"type":"te`, { code: 1 }), [
      "a: no",
      "the file: ended with exit code 1",
    ])
  })
})
