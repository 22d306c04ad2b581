import { releaseOf } from "../../image/image.ts"
import { randomSecret } from "../../random-secret.ts"
import type { StackParts, StackTarget } from "../../spec/target.ts"
import { createAlerts } from "./alerts.ts"
import { createCache } from "./cache.ts"
import { check } from "./check.ts"
import { createDatabase } from "./database.ts"
import { createEdge } from "./edge.ts"
import { layGround } from "./ground.ts"
import { awsValues, keys } from "./keys.ts"
import { limits } from "./limits.ts"
import { type Built, reachOf } from "./reach.ts"
import { createRegistry } from "./registry.ts"
import { type Scope, scopeOf } from "./scope.ts"

/** EKS Auto Mode, Aurora PostgreSQL Serverless v2, ElastiCache, a load balancer: docs/targets/aws.md. */
export const aws: StackTarget = {
  name: "aws",
  limits,
  keys,
  check,
  parts: (context, parent) => awsParts(scopeOf(context, awsValues(context.values), parent)),
}

function awsParts(scope: Scope): StackParts {
  const ground = layGround(scope)
  const { network, groups, cluster, archive, metrics, workloads } = ground
  let built: Built = {}
  return {
    secret: (name) => randomSecret(name, scope.parent),
    release: () => {
      const image = releaseOf(scope.context.spec.image, scope.parent, () => createRegistry(scope))
      built = { ...built, image }
      return image.release
    },
    database: (spec) => {
      const database = createDatabase(scope, spec, network, groups)
      built = { ...built, database }
      return database.binding
    },
    cache: (spec) => {
      const cache = createCache(scope, spec, network, groups)
      built = { ...built, cache }
      return cache.binding
    },
    archive: () => ({ url: archive.url }),
    gate: workloads.gate,
    workload: workloads.workload,
    edge: (spec) => createEdge(scope, spec, { cluster, network, groups, service: workloads.service() }),
    watch: (spec) => {
      // The workspace is the stack's own.
      workloads.watch({})
      createAlerts(scope, spec, metrics)
    },
    reach: () => reachOf(scope, ground, built),
  }
}
