import assert from "node:assert/strict"
import { after, before, describe, it } from "node:test"
import { program } from "../../../infra/index.ts"
import { planProgram } from "../../../infra/plan/plan.ts"
import { targets } from "../../../infra/targets/index.ts"
import { type Engine, hasEngine, type StackConfig, startEngine } from "./engine.ts"
import { digest, subjects } from "./subjects.ts"

/**
 * The program under the real engine, without a cloud: whatever a provider is asked for it keeps and answers with. What a
 * cloud would say to it is not known from this.
 */
const skip = hasEngine ? false : "no pulumi command is on PATH"

const changes: Readonly<Record<string, StackConfig>> = {
  image: { "atlas:image": digest("2") },
  size: { "atlas:apiCpu": "2 vCPU", "atlas:apiMemory": "4 GiB" },
  replicas: { "atlas:workerMaxReplicas": "8" },
  gateway: { "atlas:origins": "https://other.atlas-test.dev" },
  edge: { "atlas:domain": "other.atlas-test.dev" },
  pool: { "atlas:databasePool": "15" },
  "log level": { "atlas:logLevel": "WARN" },
}

/** What the steps of an update did beside looking. */
const acted = (steps: Readonly<Record<string, readonly string[]>>) =>
  Object.keys(steps).filter((step) => !["same", "refresh"].includes(step))

const plain = (config: StackConfig) =>
  Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, typeof value === "string" ? value : value.secret]),
  )

async function plannedNames(stack: string, config: StackConfig): Promise<string[]> {
  const secretKeys = Object.keys(config).filter((key) => typeof config[key] !== "string")
  const plan = await planProgram({ project: "atlas", stack, config: plain(config), secretKeys, program })
  return plan.resources.map(({ name }) => name).sort()
}

/** A count raised by one, wherever it stands. */
function raise(state: Readonly<Record<string, unknown>>, [name = "", ...rest]: readonly string[]): typeof state {
  const value = state[name]
  const raised = rest.length === 0 ? Number(value) + 1 : raise(value as typeof state, rest)
  return { ...state, [name]: raised }
}

describe("under the real engine", { skip }, () => {
  it("every target that has no engine of its own is tried", () => {
    assert.deepEqual(
      Object.keys(subjects).sort(),
      Object.keys(targets)
        .filter((name) => name !== "local")
        .sort(),
    )
  })

  for (const [cloud, { config, packages, counts }] of Object.entries(subjects)) {
    describe(cloud, () => {
      const stack = `production-${cloud}`
      let engine: Engine

      before(async () => {
        engine = await startEngine(stack, packages)
        await engine.configure(config)
      })
      after(() => engine?.close())

      it("a first update creates what the plan shows, and answers with a URL", async () => {
        const { create = [], ...others } = await engine.up()
        assert.deepEqual(acted(others), [])
        const names = create.filter((name) => !/^default(_|$)/.test(name)).sort()
        assert.deepEqual(names, await plannedNames(stack, config))
        assert.equal((await engine.outputs()).url, `https://${plain(config)["atlas:domain"]}`)
      })

      it("a second one changes nothing, though something moved the counts in between", async () => {
        const held = counts.flatMap(({ type, path }) => {
          const all = engine.provider(type.slice(0, type.indexOf(":"))).resources.values()
          return [...all].filter((one) => one.type === type).map((stored) => ({ stored, path }))
        })
        assert.ok(held.length > 0)
        for (const { stored, path } of held) {
          stored.state = raise(stored.state, path)
          stored.inputs = raise(stored.inputs, path)
        }
        const moved = held.map(({ stored }) => stored.state)
        assert.deepEqual(acted(await engine.up()), [])
        assert.deepEqual(
          held.map(({ stored }) => stored.state),
          moved,
        )
      })

      for (const [facet, change] of Object.entries(changes)) {
        it(`a change of the ${facet} is previewed`, async () => {
          await engine.configure({ ...config, ...change })
          assert.notDeepEqual(acted(await engine.preview()), [])
        })
      }

      it("all changes together are made, and made once", async () => {
        await engine.configure(Object.assign({ ...config }, ...Object.values(changes)))
        assert.notDeepEqual(acted(await engine.up()), [])
        assert.deepEqual(acted(await engine.preview()), [])
      })

      it("another cloud is refused, before anything of the stack is touched", async () => {
        const other = Object.entries(subjects).find(([name]) => name !== cloud)
        assert.ok(other)
        await engine.configure(config)
        await engine.up()
        await engine.configure(other[1].config)
        const held = [...engine.provider("random").resources.keys()].sort()
        await assert.rejects(engine.up(), (error: Error) => {
          assert.match(error.message, new RegExp(`atlas:cloud: "${other[0]}" cannot be used; allowed: ${cloud}, where`))
          return true
        })
        assert.deepEqual([...engine.provider("random").resources.keys()].sort(), held)
        await engine.configure(config)
        assert.deepEqual(acted(await engine.preview()), [])
      })

      it("it is destroyed to the last resource", async () => {
        await engine.destroy()
        for (const name of packages) assert.deepEqual([...engine.provider(name).resources.keys()], [])
      })
    })
  }
})
