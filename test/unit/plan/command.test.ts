import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, describe, test } from "node:test"
import { pathToFileURL } from "node:url"
import { readStackFileForPlan } from "../../../infra/cli/stack-file.ts"
import { encryptedSecret } from "../../../infra/spec/config-key.ts"

const root = new URL("../../../", import.meta.url)

/** Runs a module in a process of its own, whose working folder is another, as a user's may be. */
function run(code: string) {
  const imports = `
    import { plan } from ${JSON.stringify(new URL("infra/cli/plan-command.ts", root).href)}
    import { tellError } from ${JSON.stringify(new URL("infra/cli/tell-error.ts", root).href)}
    import { planProgram } from ${JSON.stringify(new URL("infra/plan/plan.ts", root).href)}
    import * as pulumi from ${JSON.stringify(import.meta.resolve("@pulumi/pulumi"))}
  `
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", imports + code], {
    cwd: tmpdir(),
    encoding: "utf8",
    // Colours are there where CI is named, too
    env: { ...process.env, NO_COLOR: "1" },
  })
  return { status, stdout, stderr }
}

describe("the command", () => {
  test("plans a stack of this clone, local too, with no engine and nothing started", () => {
    const { status, stdout, stderr } = run('process.exitCode = await plan("dev", { format: "json" })')
    assert.deepEqual([status, stderr], [0, ""])
    const { stack, target, resources } = JSON.parse(stdout)
    assert.deepEqual([stack, target], ["dev", "local"])
    const gateway = resources.find(({ type }: { type: string }) => type === "atlas:local:Gateway")
    assert.equal(gateway.inputs.config, "[secret]")
    const api = resources.find(({ name }: { name: string }) => name === "api")
    assert.equal(api.inputs.environment.DATABASE_URL, "[secret]")
  })

  test("a mandatory finding makes it fail, an advisory one does not", () => {
    const finding = { rule: "r", urn: "urn::x", path: "", message: "m" }
    const exit = (severity: string) =>
      run(`
        const findings = () => [${JSON.stringify({ ...finding, severity })}]
        process.exitCode = await plan("dev", { format: "text" }, { facets: () => [], findings })
      `).status
    assert.deepEqual([exit("mandatory"), exit("advisory")], [1, 0])
  })

  test("a config that is wrong is told whole, and nothing is printed", () => {
    const { status, stdout, stderr } = run(`
      process.exitCode = await plan("dev", { format: "json", cloud: "moon" }).catch(tellError)
    `)
    assert.deepEqual([status, stdout], [2, ""])
    assert.match(stderr, /^The config has 1 problem:\n {2}atlas:cloud: "moon" cannot be used; allowed: /)
  })

  test("an error in what waits for an output is told, and nothing of the SDK's own", () => {
    const { status, stdout, stderr } = run(`
      const program = async () => {
        const output = pulumi.output("text").apply(() => { throw new Error("An apply is wrong") })
        return { output }
      }
      const options = { project: "atlas", stack: "test", config: {}, secretKeys: [], program }
      await planProgram(options).catch((error) => console.log(error.message))
    `)
    assert.deepEqual([status, stdout, stderr], [0, "An apply is wrong\n", ""])
  })
})

describe("a stack's config for a plan", () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "atlas-plan-config-"))
    writeFileSync(join(folder, "Pulumi.yaml"), "name: atlas\n")
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  test("has a placeholder for each encrypted value, and names it as a secret", () => {
    const lines = [
      "encryptionsalt: v1:abc",
      "config:",
      "  atlas:cloud: kubernetes",
      "  atlas:apiMaxReplicas: 5",
      "  atlas:databaseUrl:",
      "    secure: v1:abc",
      "  other:deep:",
      "    list: [{ secure: v1:def }]",
    ]
    writeFileSync(join(folder, "Pulumi.closed.yaml"), lines.join("\n"))
    assert.deepEqual(readStackFileForPlan("closed", pathToFileURL(`${folder}/`)), {
      project: "atlas",
      config: {
        "atlas:cloud": "kubernetes",
        "atlas:apiMaxReplicas": "5",
        "atlas:databaseUrl": encryptedSecret,
        "other:deep": encryptedSecret,
      },
      secretKeys: ["atlas:databaseUrl", "other:deep"],
    })
  })
})
