import assert from "node:assert/strict"
import { test } from "node:test"
import { roles } from "../../../infra/targets/azure/roles.ts"
import { readText } from "../../support/repository.ts"
import { tableRows } from "../../support/rules/documents.ts"
import { planStack, production } from "../gcp/plan.ts"

/** What docs/scaler.md says that the scaler's identity may do on a cloud. */
const documented = (cloud: string): string[] =>
  tableRows(readText("docs/scaler.md"), ["cloud", "rights", "on"])
    .filter(([name]) => name === cloud)
    .flatMap(([, rights = ""]) => rights.replaceAll("`", "").split(", "))
    .sort()

test("the page names what the scaler may do on Google Cloud, and nothing else", async () => {
  const { resources } = await planStack(production)
  const member = `serviceAccount:\${scaler-identity.email}`
  const granted = resources.filter(({ type, inputs }) => /IAMMember$|IamMember$/.test(type) && inputs.member === member)
  assert.ok(granted.length >= 3)
  const permissions = resources
    .filter(
      ({ type, name }) =>
        type.endsWith(":IAMCustomRole") && granted.some((one) => one.inputs.role === `\${${name}.name}`),
    )
    .flatMap(({ inputs }) => inputs.permissions as string[])
  assert.deepEqual(documented("gcp"), permissions.sort())
})

test("the page names what the scaler may do on Azure, and nothing else", () => {
  assert.deepEqual(documented("azure"), [...roles.observer.actions, ...roles.setter.actions].sort())
})
