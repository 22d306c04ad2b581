import { setTimeout as delay } from "node:timers/promises"
import { build } from "../../app/build.ts"
import { routes } from "../../app/contract/routes.ts"
import { liveness, readiness } from "../../app/contract/service.ts"
import { freePort } from "../support/ports.ts"
import { startServer } from "../support/postgres.ts"
import { type Loaded, loadClosed, loadSteady, type Target } from "./load.ts"
import { readLoopDelayP99 } from "./loop-delay.ts"
import { segments } from "./methods.ts"
import { bodiesOf, problemOf, type Shape, shapes } from "./problems.ts"
import { type Served, splitCores, startServed } from "./process.ts"
import { type Interpreter, pythonEnvironment, serviceArguments } from "./python.ts"
import type { Http, Loop, Server, Steady, Throughput } from "./results.ts"
import { percentile, ratios, summarize } from "./statistics.ts"

/** Enough that the server never waits for a client. */
const clients = 32
const rate = 100
const throughputSizes = [5, 20]
const steadySize = 20
const loopSize = 1000
/** Problems by turns in one stream. */
const streamProblems = 20

/** Node compiles what is called often while it serves: only after some ten thousand requests is it as fast as it gets. */
const warmUpFactor = 2

interface Lengths {
  readonly rounds: number
  readonly seconds: number
}

/** The servers on one core and the load on another, both servers in turn. The peer is left out without Python. */
export async function measureHttp(python: Interpreter, isQuick: boolean): Promise<Http> {
  const cores = splitCores()
  const lengths = isQuick ? { rounds: 1, seconds: 2 } : { rounds: 3, seconds: 4 }
  const postgres = await startServer({ durable: true })
  const opened: Served[] = []
  try {
    const app = await startApp(postgres.url, cores.server)
    opened.push(app)
    const peer = python.missing === undefined ? await startPeer(python.command, cores.server) : undefined
    if (peer) opened.push(peer)
    const served: Partial<Record<Server, Served>> = { plain: app, stored: app, ...(peer ? { peer } : {}) }
    const throughput: Throughput[] = []
    for (const channels of throughputSizes) throughput.push(...(await measureThroughput(served, channels, lengths)))
    const steady = await measureSteady(served, isQuick ? 3 : 12)
    const loop = await measureLoop(app, isQuick ? 4 : 12)
    const full = app.peakMebibytes()
    const calm = full === undefined ? undefined : await measureMemory(postgres.url, cores.server, isQuick ? 2 : 10)
    const memory = full !== undefined && calm ? { ...calm, full } : undefined
    return { cores: cores.said, throughput, steady, loop, ...(memory ? { memory } : {}) }
  } finally {
    for (const server of opened) await server.close()
    await postgres.close()
    cores.restore()
  }
}

/** The bundle as the image runs it, with limits that the load does not meet. */
async function startApp(databaseUrl: string, core: number | undefined): Promise<Served> {
  const { entry } = await build()
  const port = await freePort()
  const unlimited = { API_RATE: "1000000", API_BURST: "1000000", OPTIMIZE_RATE: "1000000", OPTIMIZE_BURST: "1000000" }
  return startServed({
    name: "The app",
    command: process.execPath,
    args: [entry, "serve"],
    environment: {
      DATABASE_URL: databaseUrl,
      HOST: "127.0.0.1",
      HTTP_PORT: String(port),
      PATH: process.env.PATH,
      ...unlimited,
    },
    port,
    ready: readiness.path,
    core,
  })
}

async function startPeer(python: string, core: number | undefined): Promise<Served> {
  const port = await freePort()
  const args = serviceArguments(port, routes.optimize, segments)
  const ready = "/openapi.json"
  return startServed({ name: "The peer", command: python, args, environment: pythonEnvironment, port, ready, core })
}

function targetOf({ port }: Served, server: Server, channels: number, shape: Shape = "concave", seed = 0): Target {
  const problems = Array.from({ length: streamProblems }, (_, k) => problemOf({ channels, shape, seed: seed + k }))
  return { port, path: routes.optimize, body: bodiesOf(problems, server === "stored") }
}

type Servers = Partial<Record<Server, Served>>
const order: readonly Server[] = ["plain", "stored", "peer"]

interface Round extends Loaded {
  readonly busy: number | undefined
}

async function measureThroughput(
  served: Servers,
  channels: number,
  { rounds, seconds }: Lengths,
): Promise<Throughput[]> {
  const found: Record<Server, Round[]> = { plain: [], stored: [], peer: [] }
  // Each has a stream of its own that goes on from round to round: no request comes twice
  const targets = new Map(
    order.flatMap((name, k) =>
      served[name] ? [[name, targetOf(served[name], name, channels, "concave", 1000 * k)]] : [],
    ),
  )
  for (const target of targets.values()) await loadClosed(target, clients, warmUpFactor * seconds)
  for (let round = 0; round < rounds; round++)
    for (const [name, target] of targets) {
      const server = served[name]
      const before = server?.cpuSeconds()
      const loaded = await loadClosed(target, clients, seconds)
      const after = server?.cpuSeconds()
      const busy = before === undefined || after === undefined ? undefined : (after - before) / loaded.seconds
      found[name].push({ ...loaded, busy })
    }
  return [...targets.keys()].map((server) => throughputOf(server, channels, found[server], found.peer))
}

const perSecond = ({ latencies, seconds }: Loaded) => latencies.length / seconds

/** Answers in a second of the server's processor time; empty where the system does not say. */
const perCoreSecond = (rounds: readonly Round[]) =>
  rounds.flatMap((round) => (round.busy ? [perSecond(round) / round.busy] : []))

function throughputOf(server: Server, channels: number, rounds: readonly Round[], peer: readonly Round[]): Throughput {
  const latencies = rounds.flatMap((round) => round.latencies)
  const busy = rounds.flatMap((round) => round.busy ?? [])
  const work = perCoreSecond(rounds)
  const peerWork = perCoreSecond(peer)
  const isCompared = server !== "peer" && peer.length > 0
  return {
    server,
    channels,
    perSecond: summarize(rounds.map(perSecond)),
    p50: percentile(latencies, 50),
    p99: percentile(latencies, 99),
    requests: latencies.length,
    failed: rounds.reduce((sum, { failed }) => sum + failed, 0),
    ...(work.length > 0 ? { busy: summarize(busy).median, perCoreSecond: summarize(work) } : {}),
    ...(isCompared ? { ratio: summarize(ratios(rounds.map(perSecond), peer.map(perSecond))) } : {}),
    ...(isCompared && peerWork.length === work.length && work.length > 0
      ? { workRatio: summarize(ratios(work, peerWork)) }
      : {}),
  }
}

async function measureSteady(served: Servers, seconds: number): Promise<Steady[]> {
  const found: Steady[] = []
  const asked: readonly (readonly [Server, Shape])[] = [
    ["plain", "concave"],
    ["stored", "concave"],
    ["plain", "S-shaped"],
    ["stored", "S-shaped"],
    ["peer", "concave"],
  ]
  for (const [index, [server, shape]] of asked.entries()) {
    const process = served[server]
    if (!process) continue
    const target = targetOf(process, server, steadySize, shape, 10_000 + 1000 * index)
    await loadSteady(target, rate, 1)
    const { latencies, failed } = await loadSteady(target, rate, seconds)
    const [p50, p99, max] = [50, 99, 100].map((percent) => percentile(latencies, percent)) as [number, number, number]
    found.push({ server, shape, channels: steadySize, rate, p50, p99, max, requests: latencies.length, failed })
  }
  return found
}

/** Before a new process counts as idle: what its start needed is collected by then. */
const idleSeconds = 5

/** A process of its own, which never had full load: memory that a heap once had it hardly gives back. */
async function measureMemory(databaseUrl: string, core: number | undefined, seconds: number) {
  const app = await startApp(databaseUrl, core)
  try {
    await delay(idleSeconds * 1000)
    const idle = app.mebibytes()
    for (const [index, shape] of shapes.entries())
      for (const server of ["plain", "stored"] as const)
        await loadSteady(targetOf(app, server, steadySize, shape, 30_000 + 1000 * index), rate, seconds)
    const steady = app.peakMebibytes()
    return idle === undefined || steady === undefined ? undefined : { idle, steady }
  } finally {
    await app.close()
  }
}

/** Two clients keep the app's thread busy with large problems, while the liveness probe is asked beside them. */
async function measureLoop(app: Served, seconds: number): Promise<Loop> {
  const target = targetOf(app, "plain", loopSize, "S-shaped", 20_000)
  await loadClosed(target, 2, 1)
  // Reading it resets it: the next reading is of what comes between
  await readLoopDelayP99(app.port)
  const [solved, probes] = await Promise.all([
    loadClosed(target, 2, seconds),
    loadSteady({ port: app.port, path: liveness.path }, rate, seconds),
  ])
  const delayP99 = await readLoopDelayP99(app.port)
  return {
    channels: loopSize,
    solved: solved.latencies.length,
    seconds,
    delayP99,
    probeP99: percentile(probes.latencies, 99),
    probes: probes.latencies.length,
  }
}
