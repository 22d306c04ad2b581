import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { keys } from "../../../infra/targets/azure/keys.ts"
import { limits } from "../../../infra/targets/azure/limits.ts"
import { type RoleSpec, roles } from "../../../infra/targets/azure/roles.ts"
import { targets } from "../../../infra/targets/index.ts"
import { tableRows } from "../../support/rules/documents.ts"

const page = readFileSync(join(import.meta.dirname, "../../../docs/targets/azure.md"), "utf8")

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

test("every limit has the page that sets it, and the stack's own page names it", () => {
  for (const { source } of limits) {
    assert.match(source, /^https:\/\/learn\.microsoft\.com\/azure\//)
    assert.ok(page.includes(`<${source}>`), source)
  }
  assert.deepEqual(
    tableRows(page, ["facet", "difference", "because"]),
    limits.map(({ facet, difference, reason }) => [facet, difference, reason]),
  )
})

test("the page explains every key of the target, and no key is another target's too", async () => {
  assert.deepEqual(
    tableRows(page, ["key", "what it is"]).map(([key]) => key),
    Object.keys(keys),
  )
  for (const [name, entry] of Object.entries(targets).filter(([name]) => name !== "azure")) {
    const shared = Object.keys(await entry.keys()).filter((key) => Object.hasOwn(keys, key))
    assert.deepEqual(shared, [], `${name} reads these keys in its own way`)
  }
})
