import assert from "node:assert/strict"
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, describe, it } from "node:test"
import { setTimeout as delay } from "node:timers/promises"
import { entryPoint } from "../../../app/contract/roles.ts"
import { liveness, service } from "../../../app/contract/service.ts"
import { smokeTest } from "../../../infra/cli/smoke.ts"
import { docker, run, runSure } from "../../support/docker/client.ts"
import { inspect, logs, startContainer } from "../../support/docker/container.ts"
import { buildImage } from "../../support/docker/image.ts"
import { openDocker } from "../../support/docker/open.ts"
import { ownLayer, processStatus, readMemory, startReplica } from "../../support/docker/replica.ts"
import { freePort } from "../../support/ports.ts"
import { startPostgres, type TestPostgres } from "../../support/postgres.ts"
import { root } from "../../support/repository.ts"
import { startLoad } from "./load.ts"

const machine = await openDocker()
const args = { VERSION: "1.2.3", REVISION: "0123abc", BUILD_DATE: "2025-01-02T03:04:05Z" }
const mebibyte = 2 ** 20
/** Answers before the replica is stopped, so that every client's connection is in use. */
const enough = 50

describe("the image", { skip: machine.skip, concurrency: false }, () => {
  let image = ""
  let postgres: TestPostgres | undefined
  before(async () => {
    if (machine.skip !== false) return
    postgres = await startPostgres()
    image = await buildImage(machine, "image", { args })
  })
  after(async () => {
    await machine.close()
    await postgres?.close()
  })

  /** A replica on the suite's database. */
  const start = (name: string, environment: Record<string, string> = {}) =>
    startReplica(machine, { image, name, databaseUrl: postgres?.url ?? "", environment })

  it("adds one layer to its base, of at most 6 MiB, the same whenever it is built", async () => {
    const { runtime } = await machine.baseImages()
    const base = (await inspect(runtime, ".RootFS.Layers")) as string[]
    const layers = (await inspect(image, ".RootFS.Layers")) as string[]
    assert.deepEqual(layers.slice(0, base.length), base)
    assert.equal(layers.length, base.length + 1)
    const context = mkdtempSync(join(tmpdir(), "atlas-context-"))
    try {
      for (const path of ["package.json", "package-lock.json", ".npmrc", ".dockerignore", "app"])
        cpSync(join(root, path), join(context, path), {
          recursive: true,
          filter: (from) => !/\/(?:node_modules|dist)$/.test(from),
        })
      // What no source imports makes the builder bundle anew, and changes nothing of what comes out.
      writeFileSync(join(context, "app", "unused.txt"), context)
      // A base of its own: the classic builder knows files by content alone and would take the first build's layer.
      const other = `${machine.prefix}-base`
      writeFileSync(join(context, "Base"), `FROM ${runtime}\nLABEL atlas.base=${machine.prefix}\n`)
      await docker(["build", `--file=${context}/Base`, `--label=${machine.label}`, `--tag=${other}`, context])
      const again = await buildImage(machine, "again", { args: { ...args, RUNTIME_IMAGE: other }, context })
      assert.deepEqual(await inspect(again, ".RootFS.Layers"), layers)
    } finally {
      rmSync(context, { recursive: true, force: true })
    }
    const { compressed } = await ownLayer(machine, image)
    assert.ok(compressed > mebibyte && compressed <= 6 * mebibyte, `${compressed} bytes`)
    const created = await docker(["create", `--label=${machine.label}`, image])
    const added = await runSure("sh", ["-c", 'docker export "$1" | tar --list', "sh", created])
    const files = added.split("\n")
    assert.ok(files.includes("app/sbom.cdx.json") && files.includes("app/THIRD-PARTY-LICENSES.txt"))
    assert.deepEqual(
      files.filter((path) => /\.(?:ts|map)$|node_modules|bin\/(?:ba|da)?sh$|bin\/(?:npm|apt|dpkg)$/.test(path)),
      [],
    )
  })

  it("says what it is, and how it is run and checked", async () => {
    const label = "org.opencontainers.image"
    const labels = (await inspect(image, ".Config.Labels")) as Record<string, string>
    assert.deepEqual(
      [labels[`${label}.version`], labels[`${label}.revision`], labels[`${label}.created`]],
      [args.VERSION, args.REVISION, args.BUILD_DATE],
    )
    assert.equal(await inspect(image, ".Config.User"), `${service.user.uid}:${service.user.gid}`)
    assert.deepEqual(await inspect(image, ".Config.Entrypoint"), [...entryPoint])
    const nanoseconds = 1e9
    const health = (await inspect(image, ".Config.Healthcheck")) as Record<string, number>
    assert.deepEqual([health.Interval, health.Timeout, health.Retries], [30 * nanoseconds, 3 * nanoseconds, 3])
    assert.deepEqual(health.Test, ["CMD", ...entryPoint, "healthcheck"])
  })

  it("holds at most 120 MiB when idle, by what counts against its limit", async () => {
    const { container } = await start("idle")
    await delay(2000)
    // Not VmRSS: how much of Node's binary is mapped goes by what the machine happens to have read of it.
    const { counted, own } = await readMemory(container)
    assert.ok(counted > 20 && counted <= 120, `${counted} MiB`)
    assert.ok(own <= 80, `${own} MiB`)
  })

  it("passes the smoke tests as a hardened container, and its own health check", async () => {
    const { container, url } = await start("smoke", { AUTH: "none" })
    assert.deepEqual(
      (await smokeTest(url)).filter(({ passed }) => !passed),
      [],
    )
    const told = (await (await fetch(url + liveness.path)).json()) as Record<string, string>
    assert.deepEqual([told.version, told.revision, told.built], [args.VERSION, args.REVISION, args.BUILD_DATE])
    const check = await run("docker", ["exec", container, ...entryPoint, "healthcheck"])
    assert.equal(check.code, 0, check.stderr)
    const aside = ["exec", `--env=HTTP_PORT=${await freePort()}`, container, ...entryPoint, "healthcheck"]
    assert.equal((await run("docker", aside)).code, 1, "nothing listens there")
    assert.notEqual((await run("docker", ["exec", container, "/bin/sh", "-c", "true"])).code, 0)
    const write = 'require("node:fs").writeFileSync("/app/x", "")'
    assert.match((await run("docker", ["exec", container, entryPoint[0], "-e", write])).stderr, /EROFS/)
    const kernel = await processStatus(container)
    assert.match(kernel, /^CapBnd:\s+0+$/m)
    assert.match(kernel, /^NoNewPrivs:\s+1$/m)
  })

  it("is stopped under load with no failed request", async () => {
    const { container, url } = await start("load", {
      OPTIMIZE_RATE: "100000",
      OPTIMIZE_BURST: "100000",
      API_RATE: "100000",
      API_BURST: "100000",
    })
    const load = startLoad(url, 8)
    const end = performance.now() + 30_000
    while (load.answered() < enough && performance.now() < end) await delay(50)
    const before = load.answered()
    await docker(["stop", "--time=40", container])
    await load.over
    assert.deepEqual(load.failures, [])
    assert.ok(before >= enough && load.answered() > before, `${before} before, ${load.answered()} in all`)
    assert.equal(await inspect(container, ".State.ExitCode"), 0, await logs(container))
  })

  it("ends at once on SIGTERM while it still waits, though it is process 1", async () => {
    const environment = { DATABASE_URL: `postgres://nobody:none@127.0.0.1:${await freePort()}/none` }
    const gate = await startContainer(machine, { image, name: "gate", command: ["gate"], environment })
    await delay(1500)
    const begun = performance.now()
    await docker(["stop", "--time=20", gate])
    assert.equal(await inspect(gate, ".State.ExitCode"), 143, await logs(gate))
    assert.ok(performance.now() - begun < 10_000)
  })
})
