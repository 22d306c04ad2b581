import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, describe, it } from "node:test"
import { renderedFolder } from "../../../infra/cli/compose-command.ts"
import { files } from "../../../infra/targets/compose/places.ts"
import { run } from "../../support/docker/client.ts"
import { readText } from "../../support/repository.ts"
import { composeCommand } from "./project.ts"

const command = await composeCommand()

/** Docker Compose validates what it reads by the schema of the Compose Specification, which compose-go embeds. */
describe("Docker Compose's own check of compose.yaml", {
  skip: command === undefined ? "Docker Compose 2 is not on PATH" : false,
}, () => {
  const folder = mkdtempSync(join(tmpdir(), "atlas-compose-"))
  after(() => rmSync(folder, { recursive: true }))
  const committed = readText(`infra/targets/compose/rendered/${files.compose}`)

  const config = (file: string, ...args: string[]) => {
    const [program = "", ...first] = command ?? []
    return run(program, [...first, "-f", file, "--profile", "monitoring", "config", ...args])
  }

  it("takes the committed file with every profile, without a warning, by schema and by meaning", async () => {
    const { code, stderr } = await config(join(renderedFolder, files.compose), "--quiet")
    assert.deepEqual([code, stderr], [0, ""])
  })

  it("refuses a key that the schema does not have, a value of another type, and a service that is not there", async () => {
    const wrong = {
      "additional properties 'restarts' not allowed": committed.replace("    restart: ", "    restarts: "),
      "read_only must be a boolean or string": committed.replace("read_only: true", "read_only: 3"),
      'depends on undefined service "postgres"': committed.replace(
        "\n  postgres:\n    image",
        "\n  database:\n    image",
      ),
    }
    for (const [reason, text] of Object.entries(wrong)) {
      assert.notEqual(text, committed, reason)
      const file = join(folder, files.compose)
      writeFileSync(file, text)
      const { code, stderr } = await config(file, "--quiet")
      assert.notEqual(code, 0, reason)
      assert.ok(stderr.includes(reason), stderr)
    }
  })

  it("publishes nginx's two ports to the world, and the monitoring's to the server alone", async () => {
    const { stdout } = await config(join(renderedFolder, files.compose), "--format", "json")
    const { services }: { services: Record<string, { ports?: { published: string; host_ip?: string }[] }> } =
      JSON.parse(stdout)
    const published = Object.entries(services).flatMap(([name, { ports = [] }]) =>
      ports.map(({ published, host_ip }) => `${name} ${host_ip ?? "anywhere"} ${published}`),
    )
    assert.deepEqual(published.sort(), [
      "grafana 127.0.0.1 3000",
      "nginx anywhere 443",
      "nginx anywhere 80",
      "prometheus 127.0.0.1 9090",
    ])
  })
})
