import assert from "node:assert/strict"
import { test } from "node:test"
import { keys } from "../../../infra/targets/azure/keys.ts"
import { limits } from "../../../infra/targets/azure/limits.ts"
import { type RoleSpec, roles } from "../../../infra/targets/azure/roles.ts"
import { targets } from "../../../infra/targets/index.ts"
import { assertTargetPage } from "../../support/rules/documents.ts"

const actionsOf = (role: RoleSpec) => [...role.actions, ...role.dataActions]

test("the worker reads and writes exports, and deletes nothing", () => {
  assert.deepEqual(actionsOf(roles.archive), [
    "Microsoft.Storage/storageAccounts/blobServices/containers/read",
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write",
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action",
  ])
})

test("the scaler reads metrics, and writes the sets that it is given and nothing else", () => {
  assert.deepEqual(actionsOf(roles.observer), [
    "Microsoft.ContainerInstance/containerGroups/read",
    "Microsoft.Insights/metrics/read",
  ])
  assert.deepEqual(actionsOf(roles.setter), [
    "Microsoft.ContainerInstance/nGroups/read",
    "Microsoft.ContainerInstance/nGroups/write",
  ])
})

test("whoever waits for the gate makes and deletes no group", () => {
  assert.deepEqual(actionsOf(roles.gatekeeper), [
    "Microsoft.ContainerInstance/containerGroups/read",
    "Microsoft.ContainerInstance/containerGroups/start/action",
    "Microsoft.ContainerInstance/containerGroups/stop/action",
    "Microsoft.ContainerInstance/containerGroups/containers/logs/read",
  ])
})

test("the page names every limit with its source, and every key", () => {
  assertTargetPage("azure", limits, keys, "https://learn.microsoft.com/azure/")
})

test("no key of the target is another's too", async () => {
  for (const [name, entry] of Object.entries(targets).filter(([name]) => name !== "azure")) {
    const shared = Object.keys(await entry.keys()).filter((key) => Object.hasOwn(keys, key))
    assert.deepEqual(shared, [], `${name} reads these keys in its own way`)
  }
})
