import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { after, before, it } from "node:test"
import { setTimeout as delay } from "node:timers/promises"
import { Agent } from "undici"
import { routes } from "../../../app/contract/routes.ts"
import { docker } from "../../support/docker/client.ts"
import { isRoot } from "../../support/docker/daemon.ts"
import { type Client, describeSeen, type Seen, succeeded, underLoad } from "./load.ts"
import type { Project } from "./project.ts"

export interface Stack {
  readonly project: Project
  /** A consumer's. */
  readonly key: string
  /** The body of an optimization. */
  readonly problem: object
}

/** What a client may be answered beside a success: by its name, statuses that come with Retry-After. */
type May = Readonly<Partial<Record<string, readonly number[]>>>

/** An optimization and whatever may be asked twice go to the other replica; another POST may already be carried out. */
const oneAway: May = { write: [502] }
const noneThere: May = Object.fromEntries(["health", "read", "optimize", "write"].map((name) => [name, [502]]))
/** Those that have just begun still make their first connections to the database. */
const allBegin: May = Object.fromEntries(Object.keys(noneThere).map((name) => [name, [502, 503]]))
/** Health does not look at the database. */
const noDatabase: May = { read: [503], optimize: [503], write: [503] }

/** What clients may see while these are restarted, each list at once. The user's side of docs/targets/compose.md. */
const restarts: readonly (readonly [names: readonly string[], may: May])[] = [
  [["gateway-1"], oneAway],
  [["api-1"], oneAway],
  [["worker", "redis"], {}],
  [["postgres"], noDatabase],
  [["gateway-1", "gateway-2"], noneThere],
  [["api-1", "api-2"], allBegin],
]

/** Tests on a stack that runs, for the suite that started it: each service is restarted under load, and is back by itself. */
export function itServesOn(open: () => Stack): void {
  let agent: Agent

  before(async () => {
    const { project } = open()
    // What the limits let pass is no load.
    project.edit("nginx.conf", (text) => text.replaceAll(/ (rate|burst)=\d+/g, " $1=10000"))
    await project.compose("exec", "nginx", "nginx", "-c", "/etc/nginx/nginx.conf", "-s", "reload")
    agent = new Agent({ connect: { rejectUnauthorized: false }, allowH2: false })
    // Connections to the database are made while nothing else is.
    await load(() => delay(1000))
  })
  after(() => agent.close())

  async function load(work: () => Promise<unknown>): Promise<readonly Seen[]> {
    const { project, key, problem } = open()
    const headers = { "x-api-key": key, "content-type": "application/json" }
    const model = { name: "under-load", curve: { type: "linear", slope: 1 } }
    const optimize: Client = {
      name: "optimize",
      path: routes.optimize,
      method: "POST",
      headers,
      body: JSON.stringify(problem),
    }
    const clients: readonly Client[] = [
      { name: "health", path: routes.health, method: "GET" },
      { name: "read", path: routes.models, method: "GET", headers },
      { name: "write", path: routes.models, method: "POST", headers, body: JSON.stringify(model) },
      optimize,
      optimize,
    ]
    const seen = await underLoad(project.https, agent, clients, work)
    assert.ok(seen.filter(succeeded).length > clients.length, describeSeen(seen))
    return seen
  }

  /** Whatever is neither a success nor allowed, in words. */
  const unexpected = (seen: readonly Seen[], may: May) =>
    seen.flatMap((one) => {
      const { client, status, failure, retryAfter, text } = one
      const isAllowed = status !== undefined && may[client]?.includes(status) && retryAfter !== undefined
      return succeeded(one) || isAllowed ? [] : [`${client} ${status ?? failure}, Retry-After ${retryAfter}: ${text}`]
    })

  for (const [names, may] of restarts) {
    const allowed = Object.entries(may).map(([client, statuses]) => `${client} ${statuses?.join(" or ")}`)
    const most = allowed.length === 0 ? "nothing fails" : `at most ${allowed.join(", ")}, with Retry-After`
    it(`${names.join(" and ")} restarted: ${most}`, async () => {
      const { project } = open()
      const seen = await load(async () => {
        await project.compose("restart", "--timeout", "5", ...names)
        await project.healthy(...names)
      })
      assert.deepEqual(unexpected(seen, may), [], describeSeen(seen))
    })
  }

  it("an api that crashes is started again, and meanwhile no more fails than at a restart", {
    skip: isRoot ? false : "only root can end a container's process",
  }, async () => {
    const { project } = open()
    const container = (await project.compose("ps", "--quiet", "api-2")).trim()
    const pid = async () => Number(await docker(["inspect", "--format", "{{.State.Pid}}", container]))
    const before = await pid()
    // Not of another machine's daemon.
    assert.ok(readFileSync(`/proc/${before}/cgroup`, "utf8").includes(container))
    const seen = await load(async () => {
      process.kill(before, "SIGKILL")
      while ([before, 0].includes(await pid())) await delay(100)
      await project.healthy("api-2")
    })
    assert.deepEqual(unexpected(seen, oneAway), [], describeSeen(seen))
  })

  /** The containers of the replicas, by the names of their services. */
  const replicas = async () => {
    const names = ["api-1", "gateway-1", "api-2", "gateway-2"]
    const ids = await Promise.all(names.map((name) => open().project.compose("ps", "--quiet", name)))
    return Object.fromEntries(names.map((name, index) => [name, ids[index]?.trim()]))
  }

  it("a release that fails its own tests replaces nothing, and nothing fails", async () => {
    const { project } = open()
    const before = await replicas()
    const sound = "LOG_LEVEL: INFO"
    project.edit("compose.yaml", (text) => text.replaceAll(sound, "LOG_LEVEL: NONE"))
    const seen = await load(async () => {
      const { code, stderr } = await project.release()
      assert.equal(code, 1, stderr)
      assert.match(stderr, /^The release failed its own tests, and nothing is replaced\.$/m)
    })
    assert.deepEqual(unexpected(seen, {}), [], describeSeen(seen))
    assert.deepEqual(await replicas(), before)
    project.edit("compose.yaml", (text) => text.replaceAll("LOG_LEVEL: NONE", sound))
  })

  it("a release whose first replica never becomes healthy ends there, and the other serves on as it was", async () => {
    const { project } = open()
    const before = await replicas()
    project.edit("compose.yaml", (text) => text.replaceAll(/VERSION: \S+/g, "VERSION: 9.9.8"))
    project.unwell("api-1", true)
    const seen = await load(async () => {
      const { code, stderr } = await project.release()
      assert.equal(code, 1, stderr)
      assert.match(stderr, /^Not all became healthy of: api-1 gateway-1\. Nothing more is replaced\. /m)
    }).finally(() => project.unwell("api-1", false))
    assert.deepEqual(unexpected(seen, oneAway), [], describeSeen(seen))
    const after = await replicas()
    assert.notEqual(after["api-1"], before["api-1"])
    for (const name of ["api-2", "gateway-2"]) assert.equal(after[name], before[name], name)
  })

  it("a release replaces one replica after the other: at most write 502, with Retry-After", async () => {
    const { project } = open()
    const before = await replicas()
    project.edit("compose.yaml", (text) => text.replaceAll(/VERSION: \S+/g, "VERSION: 9.9.9"))
    const seen = await load(async () => {
      const { code, stderr } = await project.release()
      assert.equal(code, 0, stderr)
    })
    assert.deepEqual(unexpected(seen, oneAway), [], describeSeen(seen))
    const after = await replicas()
    for (const name of ["api-1", "api-2"]) assert.notEqual(after[name], before[name], name)
    for (const name of ["api-1", "api-2", "worker"])
      assert.match(await project.compose("exec", name, "/nodejs/bin/node", "-p", "process.env.VERSION"), /^9\.9\.9$/m)
  })

  it("each container has the hash and the image by which the release's script knows that nothing has changed", async () => {
    const { project } = open()
    const hashes = new Map((await project.compose("config", "--hash", "*")).split("\n").map((line) => splitOnce(line)))
    for (const [name, id = ""] of Object.entries(await replicas())) {
      const made = await docker(["inspect", "--format", "{{json .}}", id])
      const { Image, Config }: { Image: string; Config: { Image: string; Labels: Record<string, string> } } =
        JSON.parse(made)
      assert.equal(Config.Labels["com.docker.compose.config-hash"], hashes.get(name), name)
      assert.equal(await docker(["image", "inspect", "--format", "{{.Id}}", Config.Image]), Image, name)
    }
  })

  it("nginx restarted: connections fail while it is away, and no answer is an error", async () => {
    const { project } = open()
    const seen = await load(async () => {
      await project.compose("restart", "--timeout", "5", "nginx")
      await project.healthy("nginx")
    })
    const answers = seen.filter(({ status }) => status !== undefined)
    assert.deepEqual(unexpected(answers, {}), [], describeSeen(seen))
    const failures = new Set(seen.map(({ failure }) => failure))
    for (const failure of failures) assert.ok([undefined, "ECONNREFUSED", "ECONNRESET"].includes(failure), failure)
  })
}

/** A line in two, at its first space. */
function splitOnce(line: string): [string, string] {
  const [first = "", second = ""] = line.split(" ")
  return [first, second]
}
