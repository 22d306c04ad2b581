import assert from "node:assert/strict"
import { execFile, execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { test } from "node:test"
import { promisify } from "node:util"
import { stackOfTargets } from "../../infra/cli/observe.ts"
import { targets } from "../../infra/targets/index.ts"
import { clone, copySources, runCli } from "../support/infra/cli.ts"

const names = Object.keys(targets)

/** A Node that is too old, where the machine has one. */
const oldNode = (process.env.PATH ?? "")
  .split(delimiter)
  .map((folder) => join(folder, "node"))
  .find((node) => {
    if (node.startsWith(clone) || !existsSync(node)) return false
    return Number.parseInt(execFileSync(node, ["-p", "process.versions.node"], { encoding: "utf8" }), 10) < 24
  })

test("--help shows the commands and what they exit with", async () => {
  const help = await runCli(["--help"])
  assert.equal(help.code, 0)
  for (const text of [/^ {2}up /m, /^ {2}smoke /m, /^ {2}130 /m]) assert.match(help.stdout, text)
  const up = await runCli(["up", "--help"])
  assert.equal(up.code, 0)
  assert.match(up.stdout, /--smoke +shut down after the smoke tests/)
})

test("a call that is wrong exits 2 with a sentence", async () => {
  for (const [args, sentence] of [
    [["fly"], /unknown command 'fly'/],
    [["up", "--fast"], /unknown option '--fast'/],
    [["smoke"], /missing required argument 'url'/],
    [["smoke", "atlas.example.com"], /^"atlas\.example\.com" is no URL of a stack: write it with http/],
    [
      ["up", "moon"],
      /^There is no stack "moon"; there is dev, (?:[\w-]+, )+staging\. A stack is a file Pulumi\.STACK\.yaml/,
    ],
    [["up", "production"], /^The stack "production" is for aws: deploy it with "pulumi up --stack production"\./],
    [
      ["plan", "production", "--format", "pdf"],
      /^"pdf" is no format of a plan: it is one of text, json, markdown, yaml/,
    ],
    [
      ["plan", "dev", "--cloud", "moon"],
      new RegExp(`atlas:cloud: "moon" cannot be used; allowed: ${names.join(", ")}\\.`),
    ],
  ] as const) {
    const { code, stderr } = await runCli(args)
    assert.equal(code, 2, stderr)
    assert.match(stderr, sentence)
    assert.doesNotMatch(stderr, /\n {4}at /)
  }
})

test("plan shows each committed stack without a finding, and its objects as YAML", async () => {
  const stacks = Object.entries(stackOfTargets(names)).map(([target, stack]) => [target, [stack]] as const)
  // The stack of one cloud keeps the keys of those that it may be switched to.
  const others = ["gcp", "azure"].map((cloud) => [cloud, ["production", "--cloud", cloud]] as const)
  for (const [target, args] of [...stacks, ...others]) {
    const { code, stdout } = await runCli(["plan", ...args, "--format", "json"])
    assert.equal(code, 0)
    const plan: { target: string; resources: unknown[]; facets: { kind: string }[]; findings: unknown[] } =
      JSON.parse(stdout)
    assert.equal(plan.target, target)
    assert.deepEqual(plan.findings, [])
    assert.ok(plan.resources.length > 10 && plan.facets.length > 20)
    assert.deepEqual(
      plan.facets.filter(({ kind }) => kind === "different"),
      [],
    )
  }
  const { stdout } = await runCli(["plan", "staging", "--format", "yaml"])
  assert.match(stdout, /^kind: Deployment$/m)
})

test("compare prints the page that is committed", async () => {
  const { code, stdout } = await runCli(["compare"])
  assert.equal(code, 0)
  assert.ok(stdout.includes(`\n| facet | ${names.join(" | ")} |\n`))
})

test("render --check names what is stale and exits 1; render mends it, and touches nothing else", async (context) => {
  const folder = join(mkdtempSync(join(tmpdir(), "atlas-render-")), "clone")
  context.after(() => rmSync(dirname(folder), { recursive: true, force: true }))
  copySources(folder)
  const read = (path: string, of = folder) => readFileSync(join(of, path), "utf8")
  const [page, stray, other] = ["docs/problems.md", "infra/targets/compose/rendered/old.conf", "docs/policies.md"]
  const changed = read(page).replace("| 404 |", "| 405 |")
  assert.notEqual(changed, read(page))
  writeFileSync(join(folder, page), changed)
  writeFileSync(join(folder, stray), "")
  const untouched = statSync(join(folder, other)).mtimeMs

  const told = await runCli(["render", "--check"], { folder })
  assert.deepEqual([told.code, told.stderr], [1, ""])
  const stale = [page, stray].map((path) => `${path} is stale: run npm run atlas -- render\n`)
  assert.equal(told.stdout, stale.join(""))
  assert.equal(read(page), changed)

  const mended = await runCli(["render"], { folder })
  assert.deepEqual([mended.code, mended.stdout], [0, `Wrote ${page}\nRemoved ${stray}\n`])
  assert.equal(read(page), read(page, clone))
  assert.equal(existsSync(join(folder, stray)), false)
  assert.equal(statSync(join(folder, other)).mtimeMs, untouched)
})

test("smoke exits 1 when nothing answers, and shows why", async () => {
  const server = createServer().listen(0, "127.0.0.1")
  await new Promise((resolve) => server.once("listening", resolve))
  const address = server.address()
  assert.ok(address !== null && typeof address === "object")
  await new Promise((resolve) => server.close(resolve))
  const { code, stdout } = await runCli(["smoke", `http://127.0.0.1:${address.port}`])
  assert.equal(code, 1)
  assert.equal(stdout.match(/✗ .* none .*ECONNREFUSED/g)?.length, 3)
})

test("an older Node runs the commands with the one that was installed", {
  skip: oldNode ? false : "no older Node is on PATH",
}, async () => {
  assert.ok(oldNode)
  const { code, stdout } = await runCli(["--help"], { node: oldNode })
  assert.equal(code, 0)
  assert.match(stdout, /^ {2}smoke /m)
  const loop = join(clone, "node_modules", ".bin", "node")
  const refused = await runCli(["--help"], { node: oldNode, environment: { ATLAS_NODE: loop } })
  assert.equal(refused.code, 2)
  assert.match(refused.stderr, /^Atlas needs Node 24 or newer, and this is Node \d+\.\d+\.\d+\. Run "npm install"/)
})

test("Pulumi's entry says on an older Node what to do", { skip: oldNode ? false : "no older Node is on PATH" }, () => {
  assert.ok(oldNode)
  const code = 'import("./infra/main.js").then((main) => main.default()).catch((error) => console.log(error.message))'
  const said = execFileSync(oldNode, ["-e", code], { cwd: clone, encoding: "utf8" })
  assert.match(
    said,
    /^Atlas needs Node 24 or newer, and this is Node \d+\.\d+\.\d+\. Run "npm install", then put its Node first/,
  )
})

test("the benchmark runs a part alone, and says of the others that they were not measured", async () => {
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, ["test/bench/run.ts", "--only", "plan", "--quick"], { cwd: clone })
  for (const stack of Object.values(stackOfTargets(names))) {
    assert.match(
      stdout,
      new RegExp(`^\\| \`atlas plan ${stack}\` under 2 s \\| [\\d.]+ s .*\\| (met|missed: .*) \\|$`, "m"),
    )
  }
  assert.match(
    stdout,
    /^\| memory of the app at most 512 MiB at a steady 100 requests\/s \| – \| not measured: the part was not run \|$/m,
  )
})
