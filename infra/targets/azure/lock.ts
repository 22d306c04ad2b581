import * as authorization from "@pulumi/azure-native/authorization/index.js"
import type * as pulumi from "@pulumi/pulumi"
import type { Place } from "./place.ts"

/**
 * Nobody deletes a resource while it has a lock. Pulumi itself would delete the lock first, so it may not:
 * `pulumi state unprotect` is the second key. https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources
 */
export function lock(place: Place, part: string, scope: pulumi.Output<string>): void {
  new authorization.ManagementLockByScope(
    `${part}-lock`,
    { scope, lockName: place.name("lock", part), level: "CanNotDelete", notes: "Holds the stack's data" },
    { parent: place.parent, protect: true },
  )
}
