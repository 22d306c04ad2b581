import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { stripVTControlCharacters } from "node:util"
import { parseAllDocuments } from "yaml"
import { diffPlans } from "../../../infra/plan/diff.ts"
import { parsePlan, renderJson } from "../../../infra/plan/render/json.ts"
import { commentLimit, renderMarkdown } from "../../../infra/plan/render/markdown.ts"
import type { PlanFinding, PlanReport } from "../../../infra/plan/render/report.ts"
import { renderText } from "../../../infra/plan/render/text.ts"
import { renderYaml } from "../../../infra/plan/render/yaml.ts"
import type { Plan, PlannedResource } from "../../../infra/plan/resource.ts"
import { lone, planOf, sampleProgram } from "../../support/plan.ts"
import { readText } from "../../support/repository.ts"
import { tableRows } from "../../support/rules/documents.ts"

const report = (plan: Plan, rest: Partial<PlanReport> = {}): PlanReport => ({ plan, facets: [], findings: [], ...rest })

const comparing = async (before: Plan, after: Plan) =>
  report(after, { comparison: { against: "origin/main", diff: diffPlans(before, after) } })

const finding: PlanFinding = {
  rule: "no-latest",
  severity: "mandatory",
  urn: "urn:pulumi:test::atlas::kubernetes:apps/v1:Deployment::deployment",
  path: "spec",
  message: "the image <b>has</b> no digest",
}

describe("text", () => {
  test("is a tree with a line for each resource", async () => {
    const text = stripVTControlCharacters(renderText(report(await planOf(sampleProgram()))))
    assert.equal(
      text,
      `test on sample: 11 resources
atlas-test  pulumi:pulumi:Stack
└─ stack  test:index:Group
   ├─ data        test:index:Group
   │  ├─ database  test:index:Thing  protected
   │  └─ password  random:index/randomPassword:RandomPassword
   ├─ cluster     pulumi:providers:kubernetes
   ├─ namespace   kubernetes:core/v1:Namespace
   ├─ volume      kubernetes:core/v1:PersistentVolumeClaim
   ├─ secrets     kubernetes:core/v1:Secret
   ├─ consumer    test:index:Thing
   └─ deployment  kubernetes:apps/v1:Deployment
`,
    )
  })

  test("says losses of data first and loud, then each change, then what is found", async () => {
    const [before, after] = [
      await planOf(sampleProgram()),
      await planOf(sampleProgram({ storageClass: "slow", image: "b" })),
    ]
    const { comparison } = await comparing(before, after)
    const text = stripVTControlCharacters(
      renderText(report(after, { findings: [finding], ...(comparison === undefined ? {} : { comparison }) })),
    )
    assert.equal(
      text.slice(text.indexOf("Against")),
      `Against origin/main: 0 to create, 1 to update or replace, 1 to replace, 0 to delete, 9 unchanged
A secret that changes is not seen.
DATA IS LOST in 1 resource:
± volume  PersistentVolumeClaim  replace  what it holds is lost
    spec.storageClassName: "fast" → "slow"  replaces https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/provider/diff.go
~ deployment  Deployment  update or replace
    spec.template.spec.containers[optimizer].image: "example/atlas:1" → "b"

1 finding
✗ deployment: the image <b>has</b> no digest (no-latest)
`,
    )
  })
})

describe("json", () => {
  test("has the documented names, in their order", async () => {
    const plan = await planOf(sampleProgram())
    const value = JSON.parse(renderJson(report(plan, { facets: [{ facet: "port" }], findings: [finding] })))
    assert.deepEqual(Object.keys(value), ["stack", "target", "resources", "outputs", "facets", "findings"])
    assert.deepEqual(value.resources, JSON.parse(JSON.stringify(plan.resources)))
    assert.deepEqual([value.facets, value.findings], [[{ facet: "port" }], [finding]])
  })

  test("is what its page tells", async () => {
    const page = readText("docs/plan.md")
    const told = (what: string) => tableRows(page, [what, "value"]).flatMap(([names = ""]) => names.match(/\w+/g) ?? [])
    const [before, after] = [await planOf(sampleProgram()), await planOf(sampleProgram({ image: "b" }))]
    const value = JSON.parse(renderJson(await comparing(before, after)))
    assert.deepEqual(told("plan"), Object.keys(value))
    const planned = after.resources.find(({ provider }) => provider !== undefined) ?? {}
    assert.deepEqual(told("resource"), Object.keys(planned))
    assert.deepEqual(told("change"), Object.keys(value.comparison.changes[0]))
  })

  test("is read back as the same plan; anything else is refused", async () => {
    const plan = await planOf(sampleProgram())
    const read = parsePlan(renderJson(report(plan)))
    assert.deepEqual(diffPlans(read, plan), { changes: [], unchanged: plan.resources.length })
    assert.throws(() => parsePlan("{}"), /^Error: It is no plan: it has no list of resources$/)
  })

  test("a comparison comes with its tally", async () => {
    const [before, after] = [await planOf(sampleProgram()), await planOf(sampleProgram({ withoutDeployment: true }))]
    const { comparison } = JSON.parse(renderJson(await comparing(before, after)))
    assert.deepEqual(comparison.tally, { create: 0, update: 0, replace: 0, delete: 1, destructive: 0 })
    assert.deepEqual([comparison.against, comparison.unchanged], ["origin/main", 10])
    assert.deepEqual(
      comparison.changes.map(({ action, name }: { action: string; name: string }) => `${action} ${name}`),
      ["delete deployment"],
    )
  })
})

describe("yaml", () => {
  test("is the objects of the cluster alone, in the order of the plan", async () => {
    const documents = parseAllDocuments(renderYaml(report(await planOf(sampleProgram()))))
    assert.ok(Array.isArray(documents))
    const objects = documents.map((document) => document.toJS())
    assert.deepEqual(
      objects.map(({ kind }) => kind),
      ["Namespace", "PersistentVolumeClaim", "Secret", "Deployment"],
    )
    assert.deepEqual(objects[0], { apiVersion: "v1", kind: "Namespace", metadata: { name: "optimizer" } })
    assert.deepEqual(Object.keys(objects[3]), ["apiVersion", "kind", "metadata", "spec"])
    assert.deepEqual(objects[2].stringData, { DATABASE_URL: "[secret]", KEY: "[secret]" })
  })

  test("says so where there are none; a chart is none", async () => {
    const plan = await planOf(async () => ({}))
    const chart = { ...resource("keda", { chart: "keda" }), type: "kubernetes:helm.sh/v3:Release" }
    assert.equal(
      renderYaml(report({ ...plan, resources: [...plan.resources, chart] })),
      '# The plan of "test" on sample has no Kubernetes objects.\n',
    )
  })
})

describe("markdown", () => {
  test("is a tally, a line for each change, and the details folded", async () => {
    const [before, after] = [await planOf(sampleProgram()), await planOf(sampleProgram({ storageClass: "slow" }))]
    assert.equal(
      renderMarkdown(await comparing(before, after)),
      `### test on sample

> [!CAUTION]
> **Data is lost** in 1 resource: they stand first.

Against \`origin/main\`: **0 to create, 0 to update or replace, 1 to replace, 0 to delete**, 10 unchanged. A secret that changes is not seen.

- 🟣 replace \`volume\` PersistentVolumeClaim **what it holds is lost**: \`spec.storageClassName\`

<details><summary>volume (kubernetes:core/v1:PersistentVolumeClaim)</summary>

\`spec.storageClassName\` ([replaces](https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/provider/diff.go))
\`\`\`diff
- fast
+ slow
\`\`\`

</details>
`,
    )
  })

  test("nothing in a name, a path, a value or a message is markup", () => {
    const evil = "<img src=x>`@team` [a](b) **b**\n# c\n```\n"
    const plan: Plan = {
      stack: evil,
      target: evil,
      outputs: {},
      resources: [resource(evil, { [evil]: evil })],
    }
    const changed = { ...plan, resources: [resource(evil, { [evil]: `${evil}!` })] }
    const diff = diffPlans(plan, changed)
    const rest = { findings: [{ ...finding, message: evil, path: evil, rule: evil }] }
    for (const text of [
      renderMarkdown(report(plan, rest)),
      renderMarkdown(report(changed, { ...rest, comparison: { against: evil, diff } })),
    ]) {
      const outside = withoutCode(text)
      assert.doesNotMatch(outside, /<img|@team/)
      // An HTML block, such as a summary's line, is not read as Markdown.
      assert.doesNotMatch(outside.replaceAll(/<summary>.*<\/summary>/g, ""), /(?<!\\)\[a|(?<!\\)\*\*b|^# c/m)
      assert.equal(outside.match(/<details>/g)?.length, outside.match(/<\/details>/g)?.length)
    }
  })

  test("stays below the limit of a comment, and says how much is left out", () => {
    const many = (size: number) =>
      Array.from({ length: 400 }, (_, index) => resource(`thing-${index}`, { text: "x".repeat(size) }))
    const plan = (size: number): Plan => ({ stack: "test", target: "sample", outputs: {}, resources: many(size) })
    const details = renderMarkdown(report(plan(1000)))
    assert.ok(details.length < commentLimit, `${details.length}`)
    const [, lines, left] = /: (\d+) lines and the details of (\d+) resources\.\n$/.exec(details) ?? []
    assert.equal(lines, "0")
    assert.equal(Number(left) + (details.match(/<details>/g)?.length ?? 0), 400)

    const wide = { ...plan(1), resources: many(1).map((one) => ({ ...one, name: one.name.padEnd(500, "n") })) }
    const cut = renderMarkdown(report(wide))
    assert.ok(cut.length < commentLimit, `${cut.length}`)
    const shown = cut.match(/^- /gm)?.length ?? 0
    assert.match(cut, new RegExp(`: ${400 - shown} lines and the details of 400 resources\\.\n$`))
  })
})

const resource = (name: string, inputs: PlannedResource["inputs"]) => lone("test:index:Thing", name, inputs)

/** The text without code blocks and code spans, each ended by as many backticks as began it. */
const withoutCode = (text: string): string => text.replaceAll(/(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, "CODE")
