import * as pulumi from "@pulumi/pulumi"
import type { EnvName } from "../../../app/contract/env.ts"
import { kubernetesParts, names } from "../../kubernetes/index.ts"
import { randomSecret } from "../../random-secret.ts"
import { encryptedSecret } from "../../spec/config-key.ts"
import type { StackParts, StackTarget, TargetContext } from "../../spec/target.ts"
import { check } from "./check.ts"
import { createEdge } from "./edge.ts"
import { keys, type Values } from "./keys.ts"
import { limits } from "./limits.ts"
import { networkOf } from "./network.ts"
import { reachOf } from "./reach.ts"

/**
 * Any cluster, with stores that are given. The provider is the ambient one: it finds the cluster by KUBECONFIG, or by
 * `kubernetes:kubeconfig` and `kubernetes:context`.
 */
export const kubernetes: StackTarget = {
  name: "kubernetes",
  limits,
  keys,
  check: (spec, values) => check(spec, values as Values),
  parts: (context, parent) => partsOf(context, context.values as Values, parent),
}

function partsOf(context: TargetContext, values: Values, parent: pulumi.Resource): StackParts {
  const databaseUrl = secretUrl(context, "atlas:databaseUrl", "postgres:") ?? missing("atlas:databaseUrl")
  const redisUrl = secretUrl(context, "atlas:redisUrl", "rediss:")
  const archiveUrl = values["atlas:archiveUrl"]
  const cluster = kubernetesParts({
    context,
    parent,
    provider: undefined,
    podsAfter: [],
    absent: absentOf(values, redisUrl !== undefined),
    network: networkOf(values, redisUrl !== undefined),
    metrics: {
      prometheusUrl: values["atlas:prometheusUrl"] ?? missing("atlas:prometheusUrl"),
      discovery: values["atlas:metricsDiscovery"] ?? "annotations",
    },
  })
  return {
    secret: (name) => randomSecret(name, parent),
    release: () => {
      const reference = context.spec.image.reference ?? missing("atlas:image")
      return { version: versionOf(reference), reference: pulumi.output(reference) }
    },
    database: () => ({ url: databaseUrl, ca: pulumi.output(values["atlas:databaseCa"]) }),
    cache: () => ({ url: redisUrl ?? pulumi.output(undefined), ca: pulumi.output(values["atlas:redisCa"]) }),
    gate: cluster.gate,
    archive: () => (archiveUrl === undefined ? undefined : { url: pulumi.output(archiveUrl) }),
    workload: cluster.workload,
    watch: () => cluster.watch({ namespace: names.namespace }),
    edge: (edge, api) => createEdge(edge, api, { context, values, cluster, parent }),
    reach: () => reachOf(databaseUrl, values["atlas:databaseCa"] !== undefined),
  }
}

/** A URL of the config; a plan that cannot decrypt it has one whose host is the placeholder. */
function secretUrl(context: TargetContext, key: string, scheme: string): pulumi.Output<string> | undefined {
  return context.secret(key)?.apply((text) => (text === encryptedSecret ? `${scheme}//${encryptedSecret}` : text))
}

function absentOf(values: Values, hasRedis: boolean): EnvName[] {
  return [
    ...(values["atlas:databaseCa"] === undefined ? (["DATABASE_CA"] as const) : []),
    ...(values["atlas:redisCa"] === undefined ? (["REDIS_CA"] as const) : []),
    ...(hasRedis ? [] : (["REDIS_URL"] as const)),
  ]
}

/** Nobody says the version of an image that is given, and the image's digest cannot lie about it. */
const versionOf = (reference: string): string =>
  reference.slice(reference.indexOf("@") + 1).slice(0, "sha256:".length + 12)

/** The config has been checked: what is missing now is a fault of this program. */
function missing(key: string): never {
  throw new pulumi.RunError(`${key} is missing: pulumi config set ${key} VALUE`)
}
