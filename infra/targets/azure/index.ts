import type { NGroup } from "@pulumi/azure-native/containerinstance/index.js"
import type { WorkloadName } from "../../../app/contract/roles.ts"
import { releaseOf } from "../../image/image.ts"
import type { StackParts, StackTarget } from "../../spec/target.ts"
import { createAlerts } from "./alerts.ts"
import { createCache } from "./cache.ts"
import { check } from "./check.ts"
import { createDatabase } from "./database.ts"
import { createEdge } from "./edge.ts"
import { createGate } from "./gate.ts"
import { layGround } from "./ground.ts"
import type { Pulling } from "./groups.ts"
import { azureValues, keys } from "./keys.ts"
import { limits } from "./limits.ts"
import { allowPulling } from "./pulling.ts"
import { type Built, reachOf } from "./reach.ts"
import { createRegistry, pushTo } from "./registry.ts"
import { type Scope, scopeOf } from "./scope.ts"
import { keepSecret } from "./vault.ts"
import { createScaler, createWorkload } from "./workloads.ts"

/** Container Instances, Flexible Server, Azure Managed Redis, an application gateway: docs/targets/azure.md. */
export const azure: StackTarget = {
  name: "azure",
  limits,
  keys,
  check,
  parts: (context, parent) => azureParts(scopeOf(context, azureValues(context.values), parent)),
}

function azureParts(scope: Scope): StackParts {
  const ground = layGround(scope)
  const { place, identities, network, logs, vault, archive, balancer, metrics } = ground
  const sets: Partial<Record<WorkloadName, NGroup>> = {}
  let built: Built = {}
  let pulling: Pulling | undefined
  return {
    secret: (name) => keepSecret(place, vault, name),
    release: () => {
      const image = releaseOf(scope.context.spec.image, scope.parent, () => {
        const registry = createRegistry(place)
        pulling = allowPulling(ground, registry)
        return pushTo(registry)
      })
      built = { ...built, image }
      return image.release
    },
    database: (spec) => {
      const database = createDatabase(place, spec, network, logs, vault)
      built = { ...built, database }
      return database.binding
    },
    cache: (spec) => {
      const cache = createCache(place, spec, network, vault)
      built = { ...built, cache }
      return cache.binding
    },
    archive: () => ({ url: archive.url }),
    gate: (rollout, process) => {
      const { api: identity, gatekeeper } = identities
      return createGate(place, ground, rollout, process, { identity, gatekeeper, pulling, allowed: ground.gatekeeping })
    },
    workload: (name, spec, process, gateway) => {
      sets[name] = createWorkload(ground, name, spec, process, gateway, pulling)
      return gateway === undefined ? {} : { url: balancer.url }
    },
    scaler: (spec, process) => createScaler(ground, spec, process, sets, pulling),
    edge: (spec) => createEdge(place, spec, { network, balancer, logs }),
    watch: (spec) => createAlerts(place, spec, metrics),
    reach: () => reachOf(ground, built),
  }
}
