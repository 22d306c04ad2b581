import assert from "node:assert/strict"
import { after, before, describe, it } from "node:test"
import { program } from "../../../infra/index.ts"
import { facetWords } from "../../../infra/plan/compare.ts"
import { planProgram } from "../../../infra/plan/plan.ts"
import type { PlannedResource } from "../../../infra/plan/resource.ts"
import { targets } from "../../../infra/targets/index.ts"
import { changeOfSpec, mutations } from "../../support/infra/mutations.ts"
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

/** The facets that a change of the spec changes, for which the config need not have a key. */
const facetsOfSpec = (Object.keys(mutations) as (keyof typeof mutations)[]).filter(changeOfSpec)

/** What a preview of the changed spec would do; a target that refuses the change, in its words, has seen it. */
async function previewed(engine: Engine, facet: keyof typeof mutations): Promise<readonly string[]> {
  try {
    return acted(await engine.preview(facet))
  } catch (error) {
    const refused = changeOfSpec(facet)?.refused
    // The engine indents what the program said.
    if (error instanceof Error && refused?.test(/Error: (.*)/.exec(error.message)?.[1] ?? "")) return ["refused"]
    throw error
  }
}

/** What the steps of an update did beside looking. */
const acted = (steps: Readonly<Record<string, readonly string[]>>) =>
  Object.keys(steps).filter((step) => !["same", "refresh"].includes(step))

const plain = (config: StackConfig) =>
  Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, typeof value === "string" ? value : value.secret]),
  )

async function planned(stack: string, config: StackConfig): Promise<readonly PlannedResource[]> {
  const secretKeys = Object.keys(config).filter((key) => typeof config[key] !== "string")
  const plan = await planProgram({ project: "atlas", stack, config: plain(config), secretKeys, program })
  return plan.resources
}

/** A count raised by one, wherever it stands. */
function raise(state: Readonly<Record<string, unknown>>, [name = "", ...rest]: readonly string[]): typeof state {
  const value = state[name]
  const raised = rest.length === 0 ? Number(value) + 1 : raise(value as typeof state, rest)
  return { ...state, [name]: raised }
}

/** What one target must do. Each has a test file of its own, so that they run side by side. */
export function describeUnderEngine(cloud: string): void {
  const { config, packages, counts, stays = [] } = subjects[cloud] ?? assert.fail(`${cloud} has no subject`)
  describe(`${cloud} under the real engine`, { skip }, () => {
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
      assert.deepEqual(names, (await planned(stack, config)).map(({ name }) => name).sort())
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

    for (const facet of facetsOfSpec) {
      it(`a change of the spec in its ${facet} is previewed, or the facet is limited`, async () => {
        await engine.configure(config)
        const steps = await previewed(engine, facet)
        const { limits } = (await targets[cloud]?.load()) ?? assert.fail(`${cloud} is no target`)
        const isLimited = limits.some((limit) => limit.facet === facetWords[facet])
        assert.ok(isLimited || steps.length > 0)
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

    it("it is destroyed to the last resource, once nothing of it is protected", async () => {
      if ((await planned(stack, config)).some(({ protect }) => protect)) {
        await assert.rejects(engine.destroy(), /cannot be deleted/)
        await engine.unprotect()
      }
      await engine.destroy()
      for (const name of packages) {
        const left = [...engine.provider(name).resources.values()].filter(({ type }) => !stays.includes(type))
        assert.deepEqual(left, [])
      }
    })
  })
}
