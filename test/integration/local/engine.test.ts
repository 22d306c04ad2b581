import assert from "node:assert/strict"
import { afterEach, test } from "node:test"
import * as pulumi from "@pulumi/pulumi"
import { type Created, type CreateRequest, DeployError, deploy } from "../../../infra/targets/local/engine.ts"

class Part extends pulumi.CustomResource {
  declare readonly address: pulumi.Output<string>
  constructor(name: string, inputs: Record<string, unknown>, options: pulumi.CustomResourceOptions = {}) {
    super("test:local:Part", name, { address: undefined, ...inputs }, options)
  }
}

class Whole extends pulumi.ComponentResource {
  readonly address: pulumi.Output<string>
  constructor() {
    super("test:stack:Whole", "whole", {})
    const store = new Part("store", { password: pulumi.secret("hunter2") }, { parent: this })
    const gate = new Part("gate", { environment: { URL: store.address, CA: undefined } }, { parent: this })
    const api = new Part("api", { url: pulumi.interpolate`at ${store.address}` }, { parent: this, dependsOn: [gate] })
    new Part("worker", { url: store.address }, { parent: this, dependsOn: [gate] })
    this.address = api.address
    this.registerOutputs({ address: this.address })
  }
}

let log: string[] = []
let received: Record<string, CreateRequest["inputs"]> = {}

afterEach(() => {
  log = []
  received = {}
})

/** Creates a part whose address is its name; `failing` cannot be created. */
const creator =
  (failing?: string) =>
  async ({ name, inputs }: CreateRequest): Promise<Created> => {
    received[name] = inputs
    log.push(`begin ${name}`)
    // Another turn of the loop: what does not wait for this would overtake it.
    await new Promise((resolve) => setImmediate(resolve))
    if (name === failing) throw new Error(`${name} has no room`)
    log.push(`end ${name}`)
    return {
      outputs: { address: `${name}.test` },
      secrets: name === "store" ? ["address"] : [],
      note: `note of ${name}`,
      remove: async () => void log.push(`remove ${name}`),
    }
  }

const options = { project: "atlas", stack: "test", config: { "atlas:cloud": "local" } }
const program = async () => ({ address: new Whole().address, config: pulumi.runtime.allConfig() })
const before = (first: string, second: string) =>
  assert.ok(log.indexOf(first) >= 0 && log.indexOf(first) < log.indexOf(second), `${first} before ${second}: ${log}`)

test("resources are created in the order of what they need, and removed in reverse", async () => {
  const deployment = await deploy({ ...options, program, create: creator() })
  before("end store", "begin gate")
  before("end gate", "begin api")
  before("end gate", "begin worker")
  assert.equal(log.length, 8)
  const created = log.filter((line) => line.startsWith("end ")).map((line) => line.slice(4))
  log = []
  await deployment.remove()
  assert.deepEqual(
    log,
    created.reverse().map((name) => `remove ${name}`),
  )
  await deployment.remove()
  assert.equal(log.length, 4)
})

test("everything stands when it answers, even what no output comes from", async () => {
  const deployment = await deploy({ ...options, program, create: creator() })
  assert.ok(log.includes("end worker"))
  await deployment.remove()
})

test("secrets reach the provider in plain, outputs reach inputs and the caller, and none is in the tree", async () => {
  const deployment = await deploy({ ...options, program, create: creator() })
  assert.deepEqual(received, {
    store: { password: "hunter2" },
    gate: { environment: { URL: "store.test" } },
    api: { url: "at store.test" },
    worker: { url: "store.test" },
  })
  assert.deepEqual(deployment.outputs, { address: "api.test", config: { "atlas:cloud": "local" } })
  const tree = JSON.stringify(deployment.resources)
  assert.doesNotMatch(tree, /hunter2|store\.test/)
  await deployment.remove()
})

test("the tree has each resource below its parent", async () => {
  const deployment = await deploy({ ...options, program, create: creator() })
  const nameOf = (urn: string | undefined) => deployment.resources.find((node) => node.urn === urn)?.name
  const tree = deployment.resources.map(({ name, parent, note }) => [name, nameOf(parent), note])
  assert.deepEqual(tree.slice(0, 2), [
    ["atlas-test", undefined, undefined],
    ["whole", "atlas-test", undefined],
  ])
  assert.deepEqual(
    tree.slice(2).toSorted(),
    ["api", "gate", "store", "worker"].map((name) => [name, "whole", `note of ${name}`]),
  )
  await deployment.remove()
})

test("a create that fails is reported with its resource, nothing more is begun, and the rest is undone", async () => {
  await assert.rejects(deploy({ ...options, program, create: creator("gate") }), (error: unknown) => {
    assert.ok(error instanceof DeployError)
    assert.equal(error.message, "gate has no room")
    assert.deepEqual(error.resource, { type: "test:local:Part", name: "gate" })
    return true
  })
  assert.deepEqual(log, ["begin store", "end store", "begin gate", "remove store"])
})

test("a program that throws before its first resource creates nothing", async () => {
  const failing = async () => {
    throw new TypeError("The config is wrong")
  }
  await assert.rejects(deploy({ ...options, program: failing, create: creator() }), (error: unknown) => {
    assert.ok(error instanceof DeployError && error.cause instanceof TypeError)
    assert.equal(error.message, "The config is wrong")
    assert.equal(error.resource, undefined)
    return true
  })
  assert.deepEqual(log, [])
})

test("an interruption lets what is under way end, and undoes it", async () => {
  const stop = new AbortController()
  const create = async (request: CreateRequest) => {
    const created = creator()(request)
    stop.abort()
    return created
  }
  await assert.rejects(deploy({ ...options, program, create, signal: stop.signal }), /Stopped before everything stood/)
  assert.deepEqual(log, ["begin store", "end store", "remove store"])
})

test("a part that cannot be removed does not keep the others", async () => {
  const create = async (request: CreateRequest): Promise<Created> => {
    const created = await creator()(request)
    return request.name === "api" ? { ...created, remove: () => Promise.reject(new Error("api clings")) } : created
  }
  const deployment = await deploy({ ...options, program, create })
  await assert.rejects(deployment.remove(), /api clings/)
  assert.deepEqual(log.filter((line) => line.startsWith("remove")).toSorted(), [
    "remove gate",
    "remove store",
    "remove worker",
  ])
})

test("a program that asks a cloud's function is refused", async () => {
  const asking = async () => ({ zones: await pulumi.runtime.invoke("aws:index/getZones:getZones", {}) })
  await assert.rejects(
    deploy({ ...options, program: asking, create: creator() }),
    /The local target has no function "aws:index\/getZones:getZones"/,
  )
})
