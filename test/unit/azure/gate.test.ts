import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { afterEach, beforeEach, describe, test } from "node:test"
import { gateScript, gateVariables } from "../../../infra/targets/azure/gate-script.ts"

/**
 * The script as a shell runs it, with an `az` of our own that answers from files: `states` has a line "state code" for
 * each look at the group, of which the last stays; `start` begins `states-after-start`.
 */
const az = `#!/bin/sh
echo "$*" >> "$FAKE/calls"
case "$2" in
  show)
    case "$*" in
      *exitCode*) head -n 1 "$FAKE/states" | cut -d " " -f 2 ;;
      *)
        head -n 1 "$FAKE/states" | cut -d " " -f 1
        if [ "$(wc -l < "$FAKE/states")" -gt 1 ]; then
          tail -n +2 "$FAKE/states" > "$FAKE/rest"
          mv "$FAKE/rest" "$FAKE/states"
        fi
        ;;
    esac
    ;;
  start) cp "$FAKE/after-start" "$FAKE/states" ;;
  logs) echo "what the gate said" ;;
esac
`

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "atlas-gate-"))
  writeFileSync(join(folder, "az"), az)
  // The real one would take its time.
  writeFileSync(join(folder, "sleep"), "#!/bin/sh\n")
  for (const name of ["az", "sleep"]) chmodSync(join(folder, name), 0o755)
})

afterEach(() => rmSync(folder, { recursive: true }))

function run(states: readonly string[], { afterStart = ["Terminated 0"], deadline = "60" } = {}) {
  const lines = (list: readonly string[]) => list.map((line) => `${line}\n`).join("")
  writeFileSync(join(folder, "states"), lines(states))
  writeFileSync(join(folder, "after-start"), lines(afterStart))
  const { status, stdout, stderr } = spawnSync("bash", ["-c", gateScript], {
    encoding: "utf8",
    timeout: 20_000,
    env: {
      PATH: `${folder}${delimiter}${process.env.PATH}`,
      FAKE: folder,
      [gateVariables.group]: "the-gate",
      [gateVariables.resourceGroup]: "the group",
      [gateVariables.deadline]: deadline,
    },
  })
  const calls = existsSync(join(folder, "calls")) ? readFileSync(join(folder, "calls"), "utf8").split("\n") : []
  return { status, stdout, stderr, did: (what: string) => calls.filter((call) => call.startsWith(`container ${what}`)) }
}

describe("the script that waits for the gate", () => {
  test("ends well once the gate has", () => {
    const { status, stdout, did } = run(["Waiting -", "Running -", "Running -", "Terminated 0"])
    assert.equal(status, 0)
    assert.match(stdout, /The gate passed/)
    assert.deepEqual([did("start"), did("stop"), did("logs")], [[], [], []])
    assert.ok(did("show").every((call) => call.includes("--resource-group the group --name the-gate")))
  })

  test("fails with the gate, and tells what it said", () => {
    const { status, stderr } = run(["Running -", "Running -", "Terminated 1"])
    assert.equal(status, 1)
    assert.match(stderr, /what the gate said\nThe gate ended with 1: nothing of this release serves/)
  })

  test("runs a gate once more that an attempt before this one left behind, failed", () => {
    const passed = run(["Terminated 1"], { afterStart: ["Running -", "Terminated 0"] })
    assert.equal(passed.status, 0)
    assert.equal(passed.did("start").length, 1)
    const failed = run(["Terminated 1"], { afterStart: ["Running -", "Terminated 2"] })
    assert.equal(failed.status, 1)
    assert.match(failed.stderr, /ended with 2/)
  })

  test("does not run one again that has passed", () => {
    const { status, did } = run(["Terminated 0"])
    assert.equal(status, 0)
    assert.deepEqual(did("start"), [])
  })

  test("stops a gate that takes too long, and fails", () => {
    const { status, stderr, did } = run(["Running -"], { deadline: "0" })
    assert.equal(status, 1)
    assert.equal(did("stop").length, 1)
    assert.match(stderr, /took longer than 0 seconds and was stopped/)
  })

  test("looks past an answer that Azure fails to give, and fails where it gives none", () => {
    const failing = "#!/bin/sh\necho refused >&2\nexit 3\n"
    writeFileSync(join(folder, "az"), failing)
    const never = run(["Terminated 0"], { deadline: "0" })
    assert.notEqual(never.status, 0)
    assert.match(never.stderr, /refused/)
    const once = az.replace(
      "#!/bin/sh\n",
      `#!/bin/sh\nif [ ! -e "$FAKE/failed" ]; then touch "$FAKE/failed"; exit 3; fi\n`,
    )
    writeFileSync(join(folder, "az"), once)
    assert.equal(run(["Running -", "Terminated 0"]).status, 0)
  })
})
