import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { stringify } from "yaml"
import { routes } from "../../app/contract/routes.ts"
import { freePort } from "./ports.ts"
import { until } from "./scaler/until.ts"

/** A real Prometheus that reads processes of this machine every second. */
export interface TestPrometheus {
  /** The samples that an instant query gives: of each series its value at this moment. */
  query(promql: string): Promise<readonly number[]>
  /** The rules that it has loaded, as it last judged them. */
  rules(): Promise<readonly Rule[]>
  close(): Promise<void>
}

export interface Rule {
  readonly name: string
  readonly state: string
  readonly health: string
  readonly lastError?: string
}

interface Answer {
  readonly status: string
  readonly error?: string
  readonly data: {
    readonly result: readonly { readonly value: readonly [number, string] }[]
    readonly groups: readonly { readonly rules: readonly Rule[] }[]
  }
}

/** `targets` are hosts with ports; `rules` is the text of a file of rules. */
export async function startPrometheus(targets: readonly string[], rules: string): Promise<TestPrometheus> {
  const folder = mkdtempSync(join(tmpdir(), "atlas-prometheus-"))
  const config = {
    global: { scrape_interval: "1s", evaluation_interval: "1s" },
    rule_files: ["rules.yaml"],
    scrape_configs: [{ job_name: "atlas", metrics_path: routes.metrics, static_configs: [{ targets: [...targets] }] }],
  }
  writeFileSync(join(folder, "rules.yaml"), rules)
  writeFileSync(join(folder, "prometheus.yaml"), stringify(config))
  const address = `127.0.0.1:${await freePort()}`
  const child: ChildProcess = spawn(
    "prometheus",
    ["--config.file=prometheus.yaml", "--storage.tsdb.path=data", `--web.listen-address=${address}`],
    { cwd: folder, stdio: "ignore" },
  )
  const exited = once(child, "exit")
  const ask = async (path: string): Promise<Answer> => {
    const answer = (await (await fetch(`http://${address}/api/v1/${path}`)).json()) as Answer
    if (answer.status !== "success") throw new Error(`Prometheus refuses ${path}: ${answer.error}`)
    return answer
  }
  await until(() =>
    fetch(`http://${address}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    ),
  )
  return {
    query: async (promql) =>
      (await ask(`query?${new URLSearchParams({ query: promql })}`)).data.result.map(({ value }) => Number(value[1])),
    rules: async () => (await ask("rules")).data.groups.flatMap((group) => group.rules),
    async close() {
      child.kill("SIGTERM")
      await exited
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
