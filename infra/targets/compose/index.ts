import * as pulumi from "@pulumi/pulumi"
import { keyOf, placeSettings } from "../../container/settings.ts"
import { connectionsNeeded } from "../../spec/defaults.ts"
import { standardPorts } from "../../spec/ports.ts"
import type { StackSpec } from "../../spec/stack-spec.ts"
import type { ProcessArgs, StackParts, StackTarget, TargetContext } from "../../spec/target.ts"
import { bytes } from "../../spec/units.ts"
import { type Addresses, addressesIn, defaultCidr, replicaNumbers, storeHosts } from "./addresses.ts"
import { type AppSettings, apiService, gateService, workerService } from "./app-services.ts"
import { check } from "./check.ts"
import { createEdge } from "./edge.ts"
import { gatewayService } from "./gateway-service.ts"
import { postgresService, redisConf, redisFile, redisService } from "./ground-services.ts"
import { appImage, images, postgresImage } from "./images.ts"
import { keys, type Values } from "./keys.ts"
import { kongText } from "./kong-text.ts"
import { limits } from "./limits.ts"
import { files, placeholder, secretNames, services, templatePath } from "./places.ts"
import { reachOf } from "./reach.ts"
import { File, Service } from "./resources.ts"
import { createWatch } from "./watch.ts"

/** One server with Docker. The program plans it; `atlas compose` writes its files, and Docker Compose runs them. */
export const compose: StackTarget = {
  name: "compose",
  limits,
  keys,
  check: (spec, values) => check(spec, values as Values),
  parts: (context, parent) => {
    if (pulumi.runtime.getEngine() !== undefined) {
      throw new pulumi.RunError(
        'The target "compose" is run by Docker Compose and has no plugin of the engine: run "npm run atlas -- compose ' +
          `${context.names.stack}", then "sh ${files.release}" where its files are`,
      )
    }
    return composeParts(context, { parent })
  },
}

function composeParts({ spec, values }: TargetContext, options: pulumi.CustomResourceOptions): StackParts {
  const addresses = addressesIn((values as Values)["compose:cidr"] ?? defaultCidr)
  const reference = spec.image.reference ?? missing("atlas:image")
  const app = appOf(reference, addresses, options)
  const { variable: imageVariable } = appImage(reference)

  return {
    // The values are made on the server, so the program knows no more than their names.
    secret: (name) => pulumi.output(placeholder(name)),
    release: () => ({ version: versionOf(reference), reference: pulumi.output(reference) }),
    database: ({ version, name, pool }) => {
      const { variable } = postgresImage(version)
      const maxConnections = connectionsNeeded(pool, processes(spec))
      const definition = postgresService({ version, name, maxConnections, address: addresses.postgres })
      new Service(services.postgres, { definition, imageVariable: variable }, options)
      const password = placeholder(secretNames.database)
      new File(templatePath("database", "password"), password, options)
      const url = `postgres://${name}:${password}@${services.postgres}:${standardPorts.postgres}/${name}`
      return { url: pulumi.output(url), ca: pulumi.output(undefined) }
    },
    cache: ({ memory }) => {
      const password = placeholder(secretNames.cache)
      const text = redisConf(bytes(memory), password)
      const { variable } = images.redis
      const definition = redisService(text, addresses.redis, bytes(memory))
      new Service(services.redis, { definition, imageVariable: variable }, options)
      new File(templatePath("cache", redisFile), text, options)
      new File(templatePath("cache", "password"), password, options)
      const url = `redis://:${password}@${services.redis}:${standardPorts.redis}`
      return { url: pulumi.output(url), ca: pulumi.output(undefined) }
    },
    archive: () => undefined,
    gate: (_rollout, process) => {
      const definition = gateService(app(process), spec.workloads.api.size)
      return new Service(services.gate, { definition, imageVariable }, options)
    },
    workload: (name, { size, replicas }, process, gateway) => {
      const behind = { ...options, dependsOn: [...process.after] }
      if (name === "worker") {
        const definition = workerService(app(process), size, replicas.min)
        new Service(services.worker, { definition, imageVariable }, behind)
        return {}
      }
      for (const number of replicaNumbers(spec)) {
        const definition = apiService(app(process), size, number, addresses)
        new Service(services.api(number), { definition, imageVariable }, behind)
      }
      if (gateway === undefined) return {}
      const text = kongText(gateway)
      new File(files.kong, text, options)
      for (const number of replicaNumbers(spec)) createGateway(spec, number, addresses, text, options)
      return { url: pulumi.output(`https://${spec.edge.domain ?? "localhost"}`) }
    },
    edge: (_edge, { url }) => {
      if (url === undefined) throw new Error("The api has no gateway, so clients cannot reach it")
      return createEdge(spec, url, addresses, options)
    },
    watch: () => createWatch(spec, options),
    reach: () => reachOf(spec.database.name),
  }
}

/** The settings that a process is given; the templates of its secrets are written once, since all have the same. */
function appOf(
  image: string,
  addresses: Addresses,
  options: pulumi.CustomResourceOptions,
): (process: ProcessArgs) => AppSettings {
  const written = new Set<string>()
  return (process) => {
    const { inline, secret } = placeSettings(process, ["DATABASE_CA", "REDIS_CA"])
    for (const [name, value] of Object.entries(secret)) {
      if (!written.has(name)) new File(templatePath("app", keyOf(name)), value, options)
      written.add(name)
    }
    return { image, settings: inline, secrets: Object.keys(secret), hosts: storeHosts(addresses) }
  }
}

function createGateway(
  spec: StackSpec,
  number: number,
  addresses: Addresses,
  text: pulumi.Output<string>,
  options: pulumi.CustomResourceOptions,
): void {
  const definition = text.apply((known) => gatewayService(spec, number, addresses, known))
  new Service(services.gateway(number), { definition, imageVariable: images.kong.variable }, options)
}

/** All that hold connections to the database at a time. */
const processes = ({ workloads }: StackSpec): number =>
  Object.values(workloads).reduce((sum, { replicas }) => sum + replicas.min, 0)

/** Nobody says the version of an image that is given, and the image's digest cannot lie about it. */
const versionOf = (reference: string): string =>
  reference.slice(reference.indexOf("@") + 1).slice(0, "sha256:".length + 12)

/** The config has been checked: what is missing now is a fault of this program. */
function missing(key: string): never {
  throw new pulumi.RunError(`${key} is missing: pulumi config set ${key} VALUE`)
}
