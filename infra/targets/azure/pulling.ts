import type { Ground } from "./ground.ts"
import type { Pulling } from "./groups.ts"
import { assignRole, builtInRole } from "./identity.ts"
import type { Registry } from "./registry.ts"

/** Lets each process pull the stack's image, and nothing else of the registry. */
export function allowPulling({ place, identities }: Ground, { id, loginServer }: Registry): Pulling {
  const roleDefinitionId = builtInRole(place, "pullImages")
  const pullers = [identities.api, identities.worker, identities.scaler]
  return {
    server: loginServer,
    allowed: pullers.map((identity) => assignRole(place, { what: "images", identity, roleDefinitionId, scope: id })),
  }
}
