import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { afterEach, beforeEach, describe, it } from "node:test"
import { releaseScript } from "../../../infra/targets/compose/release.ts"

const replicas = ["api-1", "gateway-1", "api-2", "gateway-2"]
const others = ["nginx", "postgres", "worker"]
const last = `up ${others.join(" ")}`

describe("the script of a release", { skip: process.platform === "win32" ? "it is one for a shell" : false }, () => {
  let folder = ""
  const write = (path: string, text: string) => writeFileSync(join(folder, path), text)

  /** A stand-in for Docker, whose files say what runs: everything as the files of the stack say. */
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "atlas-release-"))
    for (const name of ["wanted", "images", "made"]) mkdirSync(join(folder, name))
    for (const name of ["init", "gate", ...replicas, ...others]) {
      write(`wanted/${name}`, `hash-of-${name}\n`)
      write(`images/${name}`, "sha256:1\n")
      write(`made/${name}`, `healthy\nhash-of-${name}\nsha256:1\n`)
    }
    write("broken", "")
    write("calls", "")
    write("release.sh", releaseScript([1, 2]))
    copyFileSync(join(import.meta.dirname, "../../support/compose/docker.sh"), join(folder, "docker"))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  /** How it ended, and what it did: a line each. */
  const release = async () => {
    const env = { PATH: [folder, process.env.PATH].join(delimiter) }
    const ended = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
      execFile("sh", [join(folder, "release.sh")], { env }, (error, _, stderr) =>
        resolve({ code: error === null ? 0 : error.code, stderr }),
      )
    })
    return { ...ended, calls: readFileSync(join(folder, "calls"), "utf8").trim().split("\n") }
  }
  const asksOthers = (names: readonly string[]) => {
    for (const name of names) write(`wanted/${name}`, "another\n")
  }

  it("starts all where nothing runs, the replicas at once, after the gate", async () => {
    for (const name of [...replicas, ...others]) rmSync(join(folder, "made", name))
    const { code, stderr, calls } = await release()
    assert.deepEqual([code, stderr], [0, ""])
    assert.deepEqual(calls, ["run gate", `stop ${replicas.join(" ")}`, `up ${replicas.join(" ")}`, last])
  })

  it("leaves replicas alone that have not changed", async () => {
    const { code, stderr, calls } = await release()
    assert.deepEqual([code, stderr, calls], [0, "", ["run gate", last]])
    asksOthers(["gateway-2"])
    assert.deepEqual((await release()).calls.slice(2), ["run gate", "stop api-2 gateway-2", "up api-2 gateway-2", last])
  })

  it("replaces one replica after the other where each has changed, by its settings or by its image's name alone", async () => {
    const each = [
      "run gate",
      "stop api-1 gateway-1",
      "up api-1 gateway-1",
      "stop api-2 gateway-2",
      "up api-2 gateway-2",
    ]
    asksOthers(["api-1", "api-2"])
    assert.deepEqual((await release()).calls, [...each, last])
    write("calls", "")
    for (const name of ["gateway-1", "gateway-2"]) write(`images/${name}`, "sha256:2\n")
    assert.deepEqual((await release()).calls, [...each, last])
  })

  it("begins with a replica that does not serve, whatever its number", async () => {
    asksOthers(replicas)
    write("made/gateway-2", "unhealthy\nhash-of-gateway-2\nsha256:1\n")
    const { code, calls } = await release()
    assert.equal(code, 0)
    const steps = ["stop api-2 gateway-2", "up api-2 gateway-2", "stop api-1 gateway-1", "up api-1 gateway-1"]
    assert.deepEqual(calls, ["run gate", ...steps, last])
  })

  it("ends with the first replica that does not become healthy, and puts it back by the earlier files", async () => {
    asksOthers(replicas)
    write("broken", "api-1\n")
    const { code, stderr, calls } = await release()
    assert.equal(code, 1)
    assert.equal(
      stderr,
      "Not all became healthy of: api-1 gateway-1. Nothing more is replaced. Why: docker compose logs SERVICE\n" +
        "Put the earlier files and images back, and run this again.\n",
    )
    assert.deepEqual(calls, ["run gate", "stop api-1 gateway-1", "up api-1 gateway-1"])

    write("broken", "")
    write("calls", "")
    for (const name of replicas) write(`wanted/${name}`, `hash-of-${name}\n`)
    const back = await release()
    assert.deepEqual([back.code, back.calls], [0, ["run gate", "stop api-1 gateway-1", "up api-1 gateway-1", last]])
  })

  it("does nothing after a gate that fails, and says where another service is not well", async () => {
    write("broken", "gate\n")
    const { code, stderr, calls } = await release()
    assert.deepEqual([code, calls], [1, ["run gate"]])
    assert.equal(stderr, "The release failed its own tests, and nothing is replaced.\n")

    write("broken", "worker\n")
    const other = await release()
    assert.equal(other.code, 1)
    assert.match(other.stderr, /^Not all became healthy of: nginx postgres worker\./)
  })

  it("tries nothing where Docker Compose cannot read the files", async () => {
    rmSync(join(folder, "wanted"), { recursive: true })
    const { code, calls } = await release()
    assert.deepEqual([code === 0, calls], [false, [""]])
    assert.ok(existsSync(join(folder, "made", "api-1")))
  })
})
