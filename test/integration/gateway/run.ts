import { spawnSync } from "node:child_process"
import { chmod, mkdir, writeFile } from "node:fs/promises"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { gatewayFile, gatewayImage } from "../../../infra/gateway/container.ts"
import { renderKong } from "../../../infra/gateway/render.ts"
import { gatewayPorts } from "../../../infra/spec/gateway.ts"
import { containerEnvironment, containerOptions } from "./kong-container.ts"
import { configFor, suiteSpec } from "./subject.ts"
import { chooseGateway, upstreamOf, variables } from "./variables.ts"

/**
 * `npm run test:gateway`: the behavioural suite, against the gateway that the environment names. With `-- --write FOLDER`
 * it writes instead what a Kong needs that is started apart from it, and says how.
 */
const environmentFile = "kong.env"
const suite = fileURLToPath(new URL("suite.test.ts", import.meta.url))

async function write(folder: string): Promise<void> {
  const upstream = upstreamOf(process.env)
  await mkdir(folder, { recursive: true })
  const file = join(resolve(folder), gatewayFile)
  await writeFile(file, renderKong(configFor(upstream, suiteSpec)))
  // Kong's user is another than the one who writes it. The keys are the suite's.
  await chmod(file, 0o644)
  const lines = Object.entries(containerEnvironment()).map(([name, value]) => `${name}=${value}\n`)
  await writeFile(join(folder, environmentFile), lines.join(""))
  const options = [...containerOptions(file), `--env-file=${join(folder, environmentFile)}`].join(" ")
  const at = (port: number) => `http://127.0.0.1:${port}`
  process.stdout.write(
    [
      "Start Kong, and in another shell the suite; a minute between two runs, since a run uses up a minute's limit:",
      "",
      `  docker run --rm ${options} ${gatewayImage}`,
      `  ${variables.url}=${at(gatewayPorts.proxy)} ${variables.statusUrl}=${at(gatewayPorts.status)} ` +
        `${variables.upstreamPort}=${upstream.port} npm run test:gateway`,
      "",
    ].join("\n"),
  )
}

const [option, folder, ...more] = process.argv.slice(2)
try {
  if (option === undefined) {
    chooseGateway(process.env)
    process.exitCode = spawnSync(process.execPath, ["--test", suite], { stdio: "inherit" }).status ?? 1
  } else if (option === "--write" && folder !== undefined && more.length === 0) await write(folder)
  else throw new Error(`${process.argv.slice(2).join(" ")} is unknown: give nothing, or --write FOLDER`)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
