import assert from "node:assert/strict"
import { readdirSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { describe, test } from "node:test"
import { secretMark } from "../../../infra/plan/resource.ts"
import { type Finding, findingsOf, rules } from "../../../infra/policy/index.ts"
import { untaggable as untaggableOnAws } from "../../../infra/policy/rules/aws/untaggable.ts"
import { untaggable as untaggableOnAzure } from "../../../infra/policy/rules/azure/untaggable.ts"
import { unlabelled } from "../../../infra/policy/rules/gcp/unlabelled.ts"
import { facets } from "../../../infra/spec/stack-spec.ts"
import inputsOf from "../../support/plan-sdk.ts"
import { awsCases } from "./cases/aws.ts"
import { azureCases } from "./cases/azure.ts"
import { all, type Case, put } from "./cases/case.ts"
import { commonCases } from "./cases/common.ts"
import { gcpCases } from "./cases/gcp.ts"
import { kubernetesCases } from "./cases/kubernetes.ts"
import { cloud } from "./sample/aws.ts"
import { azure } from "./sample/azure.ts"
import { project } from "./sample/gcp.ts"
import { cluster } from "./sample/kubernetes.ts"
import { answer, urn } from "./sample/resource.ts"

const cases: readonly (Case & { readonly sample: typeof cloud })[] = [
  ...awsCases.map((one) => ({ ...one, sample: cloud })),
  ...gcpCases.map((one) => ({ ...one, sample: project })),
  ...azureCases.map((one) => ({ ...one, sample: azure })),
  ...[...kubernetesCases, ...commonCases].map((one) => ({ ...one, sample: cluster })),
]

describe("the rules", () => {
  test("are twenty or more, each with an id used once, a text and a source", () => {
    assert.ok(rules.length >= 20)
    assert.equal(new Set(rules.map(({ id }) => id)).size, rules.length)
    for (const { id, title, why, source, severity } of rules) {
      assert.match(id, /^[a-z]+(?:-[a-z]+)*$/)
      assert.ok(title.length > 10 && why.length > 10 && !/[.|]$/.test(title + why), id)
      assert.ok(URL.canParse(source) || facets.some((facet) => facet === source), `${id}: ${source}`)
      assert.match(severity, /^(?:mandatory|advisory)$/)
    }
  })

  test("are each broken by a case, and no case is of another", () => {
    const broken = new Set(cases.filter(({ finds }) => finds.length > 0).map(({ rule }) => rule))
    assert.deepEqual([...broken].sort(), rules.map(({ id }) => id).sort())
  })

  test("find nothing in what is right", () => {
    for (const environment of ["development", "staging", "production"] as const) {
      assert.deepEqual(findingsOf([...cloud, ...cluster.slice(2), ...project.slice(2)], { environment }), [])
      assert.deepEqual(findingsOf(azure, { environment }), [])
    }
  })

  for (const { rule, change, finds, sample, environment = "production" } of cases) {
    const what = finds.length === 0 ? `leaves alone in ${environment}` : `finds ${finds.map((find) => find.join(" "))}`
    test(`${rule} ${what}`, () => {
      const severity = rules.find(({ id }) => id === rule)?.severity
      const expected = finds.map(([name, path, message]) => ({ rule, severity, urn: urn(name), message, path }))
      const changed = change(sample)
      assert.notDeepEqual(changed, sample)
      assert.deepEqual(findingsOf(changed, { environment }), expected)
    })
  }

  test("take what cannot be read yet to be right", () => {
    // Which resource a hidden name means is told by dependencies; and a secret in a plain setting is what is looked for.
    const judged = ["bucket", "metadata", "value"]
    for (const sample of [cloud, cluster, project, azure]) {
      for (const { name, inputs } of sample) {
        for (const key of Object.keys(inputs).filter((key) => !judged.includes(key))) {
          for (const hidden of [secretMark, answer("resource.property")]) {
            const found = findingsOf(put(name, [key], hidden)(sample), { environment: "production" })
            assert.deepEqual(found, [], `${name} ${key} ${hidden}`)
          }
        }
      }
    }
  })
})

test("findings come mandatory first, then in the order of the plan", () => {
  const change = all(
    put("database", ["skipFinalSnapshot"], true),
    put("database", ["storageEncrypted"], false),
    put("vpc", ["tags"], {}),
  )
  const order = ({ rule, urn: at }: Finding) => [rule, at]
  assert.deepEqual(findingsOf(change(cloud), { environment: "production" }).map(order), [
    ["owned", urn("vpc")],
    ["database-encrypted", urn("database")],
    ["database-final-snapshot", urn("database")],
  ])
})

test("what is said to be without tags is so in the SDK", async () => {
  for (const type of ["aws:rds/cluster:Cluster", "azure-native:keyvault:Vault"]) {
    assert.ok((await inputsOf(type)).includes("tags"), type)
  }
  for (const type of [...untaggableOnAws, ...untaggableOnAzure]) {
    assert.ok(!(await inputsOf(type)).includes("tags"), type)
  }
})

test("what is said to be without labels is so in the SDK", () => {
  const folder = dirname(createRequire(import.meta.url).resolve("@pulumi/gcp/package.json"))
  const argumentsOf = (type: string) => {
    const [, module = "", name = ""] = type.split(":")
    // Files of the SDK are in lower case where its tokens are not: compute/sSLPolicy is compute/sslpolicy.d.ts.
    const [directory = "", file = ""] = module.split("/")
    const found = readdirSync(join(folder, directory)).find(
      (one) => one.toLowerCase() === `${file.toLowerCase()}.d.ts` && !one.startsWith("get"),
    )
    assert.ok(found !== undefined, `${type} is no type of @pulumi/gcp`)
    const declared = readFileSync(join(folder, directory, found), "utf8")
    const start = declared.indexOf(`export interface ${name}Args {`)
    assert.ok(start > 0, `${type} is no type of @pulumi/gcp`)
    return declared.slice(start)
  }
  const hasLabels = /^ {4}(?:l|userL)abels\?:/m
  assert.match(argumentsOf("gcp:storage/bucket:Bucket"), hasLabels)
  for (const type of unlabelled) assert.doesNotMatch(argumentsOf(type), hasLabels, type)
})
