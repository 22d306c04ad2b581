import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { setTimeout as pause } from "node:timers/promises"
import { routes } from "../../../../app/contract/routes.ts"
import { gatewayPaths } from "../../../../infra/gateway/container.ts"
import { latencies, requestsTotal, sources, workspace } from "../../../../infra/gateway/metrics.ts"
import { seconds } from "../../../../infra/spec/units.ts"
import { ask } from "../ask.ts"
import type { RunningGateway, Subject } from "../subject.ts"
import { mobileKey, suiteSpec } from "../subject.ts"
import { stall } from "../upstream.ts"
import { variables } from "../variables.ts"
import { type Deployed, fresh, withKey } from "./asks.ts"

/** How long Kong's workers may take to tell each other what they counted. */
const countSeconds = 5

type Labels = Readonly<Record<string, string>>

/** The samples of a metric, by their labels as text. */
async function readSamples(statusUrl: string, name: string): Promise<Map<string, number>> {
  const { text } = await ask(statusUrl, { path: routes.metrics })
  const lines = text.split("\n").filter((line) => line.startsWith(`${name}{`))
  return new Map(
    lines.map((line) => {
      const [, labels = "", count] = /\{(.*)\} ([\d.e+-]+)$/.exec(line) ?? []
      return [labels.split(",").toSorted().join(), Number(count)]
    }),
  )
}

const keyOf = (labels: Labels) =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .toSorted()
    .join()

/** The status listener: probes, and requests counted per consumer. */
export function statusCases(subject: Subject, deployed: () => Deployed): void {
  const unknown = `${variables.statusUrl} does not say where its status listener is`
  const skip = subject.fixed !== undefined && process.env[variables.statusUrl] === undefined ? unknown : false
  const statusOf = ({ statusUrl }: Pick<RunningGateway, "statusUrl">) => {
    assert.ok(statusUrl !== undefined)
    return statusUrl
  }

  describe("the status listener", () => {
    test("says that the gateway lives and is ready, and shows no client anything of it", { skip }, async () => {
      const ready = await ask(statusOf(deployed()), { path: gatewayPaths.readiness })
      assert.deepEqual([ready.status, ready.json()], [200, { message: "ready" }])
      assert.equal((await ask(statusOf(deployed()), { path: gatewayPaths.liveness })).status, 200)
      for (const path of Object.values(gatewayPaths)) {
        assert.equal((await withKey(deployed().url, path)).status, 404, path)
      }
    })

    test("counts answers per consumer, by who gave them; what no route takes is not counted", { skip }, async () => {
      const read = () => readSamples(statusOf(deployed()), requestsTotal.name)
      const before = await read()
      await withKey(deployed().url, fresh())
      await withKey(deployed().url, fresh())
      await withKey(deployed().url, fresh(), {}, mobileKey)
      await withKey(deployed().url, fresh(), {}, "a-key-that-nobody-has")
      await ask(deployed().url, { path: routes.health })
      await ask(deployed().url, { path: "/nowhere" })
      const keyed = { service: "optimizer-service", route: "optimizer-route", workspace }
      const counted: [Labels, number][] = [
        [{ ...keyed, code: "200", source: sources.app, consumer: "web-app" }, 2],
        [{ ...keyed, code: "200", source: sources.app, consumer: "mobile-app" }, 1],
        [{ ...keyed, code: "401", source: sources.gateway, consumer: "" }, 1],
        [{ ...keyed, route: "public-route", code: "200", source: sources.app, consumer: "" }, 1],
      ]
      const expected = Object.fromEntries(counted.map(([labels, count]) => [keyOf(labels), count]))
      const deadline = performance.now() + countSeconds * 1000
      for (;;) {
        const after = await read()
        const more = [...after].map(([labels, count]) => [labels, count - (before.get(labels) ?? 0)] as const)
        const found = Object.fromEntries(more.filter(([, count]) => count > 0))
        if (Object.keys(found).length >= counted.length || performance.now() > deadline) {
          assert.deepEqual(found, expected)
          return
        }
        await pause(100)
      }
    })

    test("measures each request: its own time, and that of the app where it was asked", { skip }, async () => {
      const of = keyOf({ service: "optimizer-service", route: "optimizer-route", workspace })
      const parts = ["gateway", "upstream", "request"] as const
      const read = async () => {
        const sums = parts.flatMap((part) => [`${latencies[part].name}_count`, `${latencies[part].name}_sum`])
        const found = await Promise.all(sums.map((name) => readSamples(statusOf(deployed()), name)))
        return found.map((samples) => samples.get(of) ?? 0)
      }
      const before = await read()
      await withKey(deployed().url, fresh(), {}, "a-key-that-nobody-has")
      await withKey(deployed().url, `${fresh()}/${stall}`, { method: "POST" })
      const deadline = performance.now() + countSeconds * 1000
      let more: number[] = []
      while ((more[4] ?? 0) < 2 && performance.now() < deadline) {
        await pause(100)
        more = (await read()).map((value, index) => value - (before[index] ?? 0))
      }
      const [passed, inside = 0, asked, behind = 0, all, whole = 0] = more
      assert.deepEqual({ passed, asked, all }, { passed: 2, asked: 1, all: 2 })
      // The app never answered the one that it got: it was given up after the read timeout.
      const patience = seconds(suiteSpec.readTimeout) * 1000
      assert.ok(behind >= patience * 0.98 && whole >= behind, `${behind} and ${whole} ms`)
      assert.ok(inside > 0 && inside < patience, `${inside} ms`)
    })
  })
}
