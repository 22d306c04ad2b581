import assert from "node:assert/strict"
import { test } from "node:test"
import { movedStack } from "../../../infra/plan/moved.ts"
import type { Plan, PlannedResource } from "../../../infra/plan/resource.ts"
import { lone } from "../../support/plan.ts"

const stack = lone("pulumi:pulumi:Stack", "atlas-production")
const on = (target: string, resources: readonly PlannedResource[] = [stack]): Plan => ({
  stack: "production",
  target,
  resources,
  outputs: {},
})

test("a stack that would change its cloud is stopped, with what to do instead", () => {
  const [finding, ...others] = movedStack(on("aws"), on("gcp"))
  assert.deepEqual(others, [])
  assert.equal(finding?.severity, "mandatory")
  assert.equal(finding?.urn, stack.urn)
  assert.match(
    finding?.message ?? "",
    /"production" is on aws and would be on gcp: .*a stack "production-gcp" beside it$/,
  )
})

test("a stack that stays, and one that is new, are not", () => {
  assert.deepEqual(movedStack(on("aws"), on("aws")), [])
  assert.deepEqual(movedStack(on("", []), on("aws")), [])
})
