import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { findingsOf } from "../../../infra/policy/index.ts"
import { development, planStack, production } from "./plan.ts"

const stacks = {
  development,
  staging: { ...production, "atlas:environment": "staging" },
  production,
} as const

describe("the plan of a stack on Azure", () => {
  for (const [environment, config] of Object.entries(stacks) as [keyof typeof stacks, Record<string, string>][]) {
    test(`breaks no policy in ${environment}, and shows no secret`, async () => {
      const plan = await planStack(config, environment)
      assert.deepEqual(findingsOf(plan.resources, { environment }), [])
      // What the stack's secrets are made of: passwords, the cache's key and the workspace's, and the URLs with them.
      const shown = JSON.stringify(plan)
      assert.doesNotMatch(
        shown,
        /\.result\}|primaryKey|primarySharedKey|postgres:\/\/|rediss?:\/\/|keyauth_credentials/,
      )
      assert.doesNotMatch(shown, /\bundefined\b|\bNaN\b|\[object /)
    })
  }

  test("is the same each time", async () => {
    const [first, second] = [await planStack(production), await planStack(production)]
    const byUrn = (resources: typeof first.resources) =>
      Object.fromEntries(resources.map((one) => [one.urn, one.inputs]))
    assert.deepEqual(byUrn(second.resources), byUrn(first.resources))
  })
})
