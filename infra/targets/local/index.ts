import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as pulumi from "@pulumi/pulumi"
import type { Command, WorkloadName } from "../../../app/contract/roles.ts"
import { readiness, service } from "../../../app/contract/service.ts"
import { kongConfig } from "../../gateway/kong.ts"
import { redisInput } from "../../gateway/redis.ts"
import { connectionsNeeded } from "../../spec/defaults.ts"
import { gatewayPorts } from "../../spec/gateway.ts"
import type { DatabaseSpec } from "../../spec/stack-spec.ts"
import type { GatewayArgs, ProcessArgs, StackParts, StackTarget } from "../../spec/target.ts"
import { bytes, seconds } from "../../spec/units.ts"
import { underLocalEngine } from "./engine.ts"
import { limits } from "./limits.ts"
import { loopback } from "./ports.ts"
import { Bundle, Cache, Gateway, Job, Postgres, Process, Secret } from "./resources.ts"
import { clone } from "./state.ts"

/** How long a process of the app may take until it is ready. */
const startSeconds = 60
/** Long enough for every key there is: the operator's needs 32. */
const secretLength = 40
/** The only api and the only worker. */
const processes = 2

/** This machine: real processes, created by the provider in this folder. */
export const local: StackTarget = {
  name: "local",
  limits,
  keys: {},
  check: () => [],
  parts: (_context, parent) => {
    if (!underLocalEngine() && pulumi.runtime.getEngine() !== undefined) {
      throw new pulumi.RunError(
        'The target "local" needs no Pulumi engine and has no plugin for it: run "npm run up". ' +
          "For a stack that the engine deploys, set atlas:cloud to a cloud",
      )
    }
    return localParts({ parent })
  },
}

function localParts(options: pulumi.CustomResourceOptions): StackParts {
  return {
    secret: (name) => new Secret(name, { length: secretLength }, options).value,
    release: () => {
      const version = readVersion()
      return { version, reference: new Bundle("release", { version }, options).entry }
    },
    database: (spec) => {
      const { url } = new Postgres("database", postgresInputs(spec), options)
      return { url, ca: pulumi.output(undefined) }
    },
    cache: (spec) => {
      const { url, ca } = new Cache("cache", { memoryBytes: bytes(spec.memory) }, options)
      return { url, ca }
    },
    gate: (spec, process) =>
      new Job(
        "gate",
        { ...processInputs(process, "gate"), timeoutSeconds: seconds(spec.gateTimeout) },
        dependsOn(options, process),
      ),
    archive: () => undefined,
    edge: (_spec, { url }) => {
      if (url === undefined) throw new Error("The api has no gateway, so clients cannot reach it")
      return { url }
    },
    reach: () => ({}),
    workload: (name, _spec, process, gateway) => {
      const started = new Process(name, workloadInputs(name, process), dependsOn(options, process))
      return gateway === undefined ? {} : { url: gatewayBefore(started, gateway, options).url }
    },
  }
}

const dependsOn = (options: pulumi.CustomResourceOptions, { after }: ProcessArgs) => ({
  ...options,
  dependsOn: [...after],
})

const postgresInputs = ({ version, name, pool }: DatabaseSpec) => ({
  version,
  database: name,
  maxConnections: connectionsNeeded(pool, processes),
})

function processInputs({ release, settings, secrets }: ProcessArgs, command: Command) {
  return { entry: release.reference, command, environment: { ...settings, ...secrets } }
}

/** Only the api has a port that somebody may know; the worker's is for its own probes. */
function workloadInputs(name: WorkloadName, process: ProcessArgs) {
  return {
    ...processInputs(process, "serve"),
    ...(name === "api" ? { preferredPort: service.port } : {}),
    drainSeconds: service.drainSeconds,
    readyPath: readiness.path,
    startSeconds,
  }
}

function gatewayBefore(
  upstream: Process,
  { spec, keys, cache }: GatewayArgs,
  options: pulumi.CustomResourceOptions,
): Gateway {
  const config = pulumi.all([upstream.port, pulumi.output(keys), cache.url]).apply(([port, keys, url]) => {
    const redis = url === undefined ? {} : { redis: redisInput(url) }
    return JSON.stringify(kongConfig(spec, { upstream: { host: loopback, port }, keys, ...redis }), undefined, 2)
  })
  const inputs = { config, preferredPort: gatewayPorts.proxy, drainSeconds: service.drainSeconds }
  return new Gateway("gateway", inputs, options)
}

/** The version of the clone, which is the release's. */
function readVersion(): string {
  const manifest: { version: string } = JSON.parse(readFileSync(join(clone, "package.json"), "utf8"))
  return manifest.version
}
