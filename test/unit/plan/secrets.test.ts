import assert from "node:assert/strict"
import { before, describe, test } from "node:test"
import { diffPlans } from "../../../infra/plan/diff.ts"
import { renderJson } from "../../../infra/plan/render/json.ts"
import { renderMarkdown } from "../../../infra/plan/render/markdown.ts"
import type { PlanReport } from "../../../infra/plan/render/report.ts"
import { renderText } from "../../../infra/plan/render/text.ts"
import { renderYaml } from "../../../infra/plan/render/yaml.ts"
import type { Plan } from "../../../infra/plan/resource.ts"
import { canaries, planOf, sampleProgram } from "../../support/plan.ts"

const renderers = { text: renderText, json: renderJson, markdown: renderMarkdown, yaml: renderYaml }

describe("no format shows a secret", () => {
  let plan: Plan
  before(async () => {
    plan = await planOf(sampleProgram())
  })

  const search = (report: PlanReport) => {
    for (const [format, render] of Object.entries(renderers)) {
      const text = render(report)
      for (const [where, canary] of Object.entries(canaries)) {
        assert.ok(!text.includes(canary), `${format} shows the secret ${where}`)
        assert.ok(
          !text.includes(Buffer.from(canary).toString("base64")),
          `${format} shows the secret ${where} in Base64`,
        )
      }
    }
  }

  test("of a plan", () => search({ plan, facets: [], findings: [] }))

  test("of a comparison, where everything is created, deleted or changed", () => {
    const none = { ...plan, resources: [] }
    const changed = {
      ...plan,
      resources: plan.resources.map((resource) => ({ ...resource, inputs: { was: resource.inputs } })),
    }
    for (const [before, after] of [
      [none, plan],
      [plan, none],
      [plan, changed],
      [changed, plan],
    ] as const) {
      const comparison = { against: "main", diff: diffPlans(before, after) }
      search({ plan: after, facets: [], findings: [], comparison })
    }
  })

  test("and each stands as the mark, with its structure around it", () => {
    const inputs = (name: string) => plan.resources.find((resource) => resource.name === name)?.inputs
    const { url, token, list, declared, password } = inputs("consumer") ?? {}
    assert.deepEqual(
      { url, token, list, declared, password },
      {
        url: "[secret]",
        token: "[secret]",
        list: ["open", "[secret]", { deep: "[secret]" }],
        declared: "[secret]",
        password: "[secret]",
      },
    )
    assert.equal(inputs("cluster")?.kubeconfig, "[secret]")
    assert.deepEqual(inputs("secrets")?.stringData, { DATABASE_URL: "[secret]", KEY: "[secret]" })
  })

  test("the sample does hold them all, so that the search means something", () => {
    const text = sampleProgram.toString()
    const planted = Object.keys(canaries).filter((name) => text.includes(`canaries.${name}`))
    assert.deepEqual([...planted, "config"].toSorted(), Object.keys(canaries).toSorted())
  })
})
