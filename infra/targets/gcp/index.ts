import type { cloudrunv2 } from "@pulumi/gcp"
import { releaseOf } from "../../image/image.ts"
import type { StackParts, StackTarget } from "../../spec/target.ts"
import { createAlerts } from "./alerts.ts"
import { createCache } from "./cache.ts"
import { check } from "./check.ts"
import { createDatabase } from "./database.ts"
import { createEdge } from "./edge.ts"
import { createGate, type Gate } from "./gate.ts"
import { layGround } from "./ground.ts"
import { gcpValues, keys } from "./keys.ts"
import { limits } from "./limits.ts"
import { type Built, reachOf } from "./reach.ts"
import { createRegistry } from "./registry.ts"
import { createScaler } from "./scaler.ts"
import { type Scope, scopeOf } from "./scope.ts"
import { createService } from "./service.ts"
import { enableServices } from "./services.ts"
import { createPool } from "./workers.ts"

/** Cloud Run, Cloud SQL for PostgreSQL, Memorystore, a global load balancer: docs/targets/gcp.md. */
export const gcp: StackTarget = {
  name: "gcp",
  limits,
  keys,
  check,
  parts: (context, parent) => {
    const values = gcpValues(context.values)
    return gcpParts(scopeOf(context, values, parent, enableServices(values, parent)))
  },
}

function gcpParts(scope: Scope): StackParts {
  const { spec } = scope.context
  const ground = layGround(scope)
  const { network, identities, vault, address, before, gatewayImage } = ground
  let built: Built = {}
  let gate: Gate | undefined
  let service: cloudrunv2.Service | undefined
  let pool: cloudrunv2.WorkerPool | undefined
  const after = () => [...before, ...(built.database === undefined ? [] : [built.database.record])]
  const running = () => ({ gate: made(gate, "gate"), network, vault, after: after() })

  return {
    secret: (name) => vault.create(name),
    release: () =>
      releaseOf(spec.image, scope.parent, () => {
        const registry = createRegistry(scope)
        built = { ...built, registry }
        return registry
      }).release,
    database: (spec) => {
      const database = createDatabase(scope, spec, network, vault)
      built = { ...built, database }
      return database.binding
    },
    cache: (spec) => {
      const cache = createCache(scope, spec, network, vault)
      built = { ...built, cache }
      return cache.binding
    },
    archive: () => ({ url: ground.archive.url }),
    gate: (spec, process) => {
      gate = createGate(scope, spec, process, { identity: identities.gate, network, vault, after: after() })
      return gate.job
    },
    workload: (name, spec, process, gateway) => {
      const shared = { ...running(), process, identity: identities[name] }
      if (gateway === undefined) {
        const { size, replicas } = spec
        const description = "Takes jobs from the queue"
        pool = createPool(scope, { ...shared, description, size: size.limit, instances: replicas.initial })
        return {}
      }
      service = createService(scope, { ...shared, spec, gateway, gatewayImage, balancer: address?.address })
      return { url: service.uri }
    },
    scaler: (spec, process) =>
      createScaler(scope, spec, {
        ...running(),
        process,
        identity: identities.scaler,
        pool: made(pool, "worker"),
        runsAs: identities.worker,
      }),
    edge: (spec) => createEdge(scope, spec, made(service, "api"), address),
    watch: (spec) => createAlerts(scope, spec),
    reach: () => reachOf(scope, built),
  }
}

/** AtlasStack calls the parts in its one order; another would be a mistake of this program. */
function made<Part>(part: Part | undefined, name: string): Part {
  if (part === undefined) throw new Error(`There is no ${name} yet: its part comes first`)
  return part
}
