import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterEach, beforeEach, describe, test } from "node:test"
import { planAt } from "../../../infra/plan/against.ts"

let folder: string
let repository: string
let temporary: string | undefined

/** A command that tells, as a plan, where it ran, with what, and on which modules. */
const command = `
import { existsSync, realpathSync } from "node:fs"
const at = (path) => new URL("../../" + path, import.meta.url)
if (process.argv.includes("broken")) { console.error("This commit is broken"); process.exit(2) }
const modules = existsSync(at("node_modules")) ? realpathSync(at("node_modules")) : "none"
const inputs = { arguments: process.argv.slice(2), modules, installed: existsSync(at("installed")) }
console.log(JSON.stringify({ stack: "test", target: "sample", resources: [{ inputs }] }))
`

const git = (...args: string[]): string =>
  execFileSync("git", ["-C", repository, "-c", "user.name=Test", "-c", "user.email=test@example.com", ...args], {
    encoding: "utf8",
    env: { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: "", GIT_CONFIG_NOSYSTEM: "1" },
  })

function commit(files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(repository, path)), { recursive: true })
    writeFileSync(join(repository, path), text)
  }
  git("add", "--all")
  git("commit", "--quiet", "--no-gpg-sign", "--message", "test")
  return git("rev-parse", "HEAD").trim()
}

const lock = (version: string) =>
  JSON.stringify({ name: "test", version, lockfileVersion: 3, packages: { "": { version } } })

const whole = {
  ".gitignore": "node_modules\ninstalled\n",
  "infra/cli/bin.js": command,
  "infra/cli/plan-command.ts": "",
  "Pulumi.test.yaml": "",
  "Pulumi.broken.yaml": "",
  "package.json": JSON.stringify({
    name: "test",
    version: "1.0.0",
    type: "module",
    scripts: { install: "node -e \"require('fs').writeFileSync('installed', '')\"" },
  }),
  "package-lock.json": lock("1.0.0"),
}

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "atlas-against-")))
  repository = join(folder, "repository")
  temporary = process.env.TMPDIR
  process.env.TMPDIR = join(folder, "temporary")
  for (const path of [repository, process.env.TMPDIR]) mkdirSync(path)
  git("init", "--quiet")
})

afterEach(() => {
  if (temporary === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = temporary
  rmSync(folder, { recursive: true, force: true })
})

const at = (commit: string, stack = "test", cloud?: string) => planAt({ repository, commit, stack, cloud })

/** Nothing stays behind, whatever came of it. */
function assertClean(): void {
  const left = readdirSync(join(folder, "temporary")).filter((name) => name.startsWith("atlas-"))
  assert.deepEqual(left, [])
  assert.deepEqual(git("worktree", "list").trim().split("\n").length, 1)
}

describe("the plan of another commit", () => {
  test("is made by that commit's command, on this clone's modules while the lock files are alike", async () => {
    const first = commit(whole)
    mkdirSync(join(repository, "node_modules"))
    commit({ "infra/cli/bin.js": "process.exit(1)" })
    const { resources } = await at(first, "test", "aws")
    assert.deepEqual(resources[0]?.inputs, {
      arguments: ["plan", "test", "--cloud", "aws", "--format", "json"],
      modules: join(repository, "node_modules"),
      installed: false,
    })
    assertClean()
    assert.deepEqual(readdirSync(join(repository, "node_modules")), [])
  })

  test("is made on modules of its own where the lock files differ", async () => {
    const first = commit(whole)
    mkdirSync(join(repository, "node_modules"))
    commit({ "package-lock.json": lock("2.0.0") })
    const { resources } = await at(`${first}~0`)
    assert.equal(resources[0]?.inputs.installed, true)
    assert.notEqual(resources[0]?.inputs.modules, join(repository, "node_modules"))
    assertClean()
  })

  test("is empty where that commit does not have the stack", async () => {
    const first = commit(whole)
    assert.deepEqual(await at(first, "later"), { stack: "later", target: "", resources: [], outputs: {} })
    assertClean()
  })

  test("is refused with a sentence for a commit that has no plan command, and for what is no commit", async () => {
    const first = commit({ "infra/cli/bin.js": command, "Pulumi.test.yaml": "" })
    await assert.rejects(at("HEAD"), {
      message: `HEAD (${first.slice(0, 12)}) has no plan command yet: compare with a later commit`,
    })
    for (const wrong of ["no-such-branch", "--help", "HEAD:infra"]) {
      await assert.rejects(at(wrong), {
        message: `"${wrong}" is no commit of this repository: name a branch, tag or hash that is fetched`,
      })
    }
    assertClean()
  })

  test("says what that commit's command said when it failed", async () => {
    commit(whole)
    await assert.rejects(at("HEAD", "broken"), { message: "HEAD cannot be planned: This commit is broken" })
    assertClean()
  })

  test("stops when it is told to", async () => {
    commit(whole)
    const signal = AbortSignal.abort()
    await assert.rejects(planAt({ repository, commit: "HEAD", stack: "test", cloud: undefined, signal }), {
      name: "AbortError",
    })
    assertClean()
  })
})
