import assert from "node:assert/strict"
import { before, describe, test } from "node:test"
import { observabilityOf } from "../../../infra/observability/index.ts"
import { untaggable } from "../../../infra/policy/rules/azure/untaggable.ts"
import { defaultSpec } from "../../../infra/spec/defaults.ts"
import inputsOf from "../../support/plan-sdk.ts"
import { assertBefore, find, ofType, planStack, production, type TargetPlan } from "./plan.ts"

describe("a production stack on Azure", () => {
  let plan: TargetPlan
  before(async () => {
    plan = await planStack(production)
  })
  const set = (name: string) => find(plan, "containerinstance:NGroup", `${name}-groups`)

  test("every resource has a parent, and every one of Azure is marked as the stack's", () => {
    const stack = plan.resources.find(({ type }) => type === "pulumi:pulumi:Stack")
    for (const { type, name, parent, inputs } of plan.resources) {
      if (type !== "pulumi:pulumi:Stack" && type !== "atlas:stack:AtlasStack") {
        assert.ok(parent !== undefined && parent !== stack?.urn, `${type} ${name}`)
      }
      if (!type.startsWith("azure-native:") || untaggable.includes(type)) continue
      const { "rollingupdate.replace.enabled": _, ...own } = inputs.tags as Record<string, string>
      assert.deepEqual(
        own,
        { project: "atlas", stack: "production", environment: "production", "managed-by": "pulumi" },
        `${type} ${name}`,
      )
    }
  })

  test("every resource of Azure that has a region is in the stack's, and none is named by the engine", async () => {
    // Names of what is not used.
    const others = ["customNetworkInterfaceName", "eventHubName", "clusterName"]
    for (const { type, name, inputs } of plan.resources.filter(({ type }) => type.startsWith("azure-native:"))) {
      if (inputs.location !== undefined) {
        assert.match(String(inputs.location), /privatedns|ActionGroup/.test(type) ? /^global$/i : /^westeurope$/, name)
      }
      // A name that is not given ends in random digits.
      const names = (await inputsOf(type)).filter((key) => /Name$/.test(key) && !others.includes(key))
      for (const key of names) assert.ok(inputs[key] !== undefined, `${type} ${name} ${key}`)
    }
  })

  test("alerts are rules over the stack's own workspace, each of which writes to the address", () => {
    const group = find(plan, "alertsmanagement:PrometheusRuleGroup").inputs
    assert.deepEqual([group.scopes, group.interval], [[`\${metrics.id}`], "PT1M"])
    const rules = group.rules as readonly Record<string, unknown>[]
    const spec = defaultSpec("production")
    const { alerts } = observabilityOf({ ...spec, edge: { ...spec.edge, domain: production["atlas:domain"] } })
    assert.deepEqual(
      rules.map(({ alert }) => alert),
      alerts.map(({ name }) => name),
    )
    for (const { actions } of rules) assert.deepEqual(actions, [{ actionGroupId: `\${alerts-mail.id}` }])
    assert.partialDeepStrictEqual(find(plan, "monitor:ActionGroup").inputs, {
      enabled: true,
      emailReceivers: [{ emailAddress: "oncall@example.com" }],
    })
    const [destination] = (find(plan, "monitor:DataCollectionRule").inputs.destinations as Record<string, unknown[]>)
      .monitoringAccounts as unknown[]
    assert.partialDeepStrictEqual(destination, { accountResourceId: `\${metrics.id}` })
  })

  test("identities, rules, data, image and load balancer come before the gate, and the gate before what serves", () => {
    const gate = find(plan, "resources:AzureCliScript")
    assertBefore(plan, gate, [
      ...["gate", "gatekeeper-groups", "preview-feature", "api-images", "worker-archive", "image"],
      ...["groups-security", "groups-subnet", "nat", "balancer"],
      ...["database", "database-contents", "database-require-secure-transport", "database-zone-link"],
      ...["cache", "cache-database", "cache-endpoint-names", "cache-zone-link"],
    ])
    for (const name of ["api", "worker", "scaler"]) assertBefore(plan, set(name), [gate.name, `${name}-images`])
    assertBefore(plan, set("scaler"), ["scaler-metrics", "scaler-sets-api", "scaler-sets-worker"])
    assertBefore(plan, find(plan, "dbforpostgresql:Server"), ["database-zone-link", "database-subnet"])
    assertBefore(plan, find(plan, "network:ApplicationGateway"), ["balancer", "gateway-certificate"])
  })

  test("the outputs say how to reach each part, and hold no secret", () => {
    const reach = plan.outputs.reach as Record<string, string>
    assert.deepEqual(Object.keys(reach).sort(), ["cache", "database", "databasePassword", "groups", "logs", "registry"])
    assert.equal(reach.cache, `\${cache.hostName}:10000`)
    assert.equal(reach.registry, `\${registry.loginServer}/atlas`)
    assert.match(
      reach.database ?? "",
      /--subnet \$\{groups-subnet\.id\} .*host=\$\{database\.fullyQualifiedDomainName\} port=5432 dbname=atlas user=atlas sslmode=require/,
    )
    assert.match(
      reach.databasePassword ?? "",
      /^az keyvault secret show --vault-name atlas-production-[0-9a-f]{6} --name atlas-production-database-password /,
    )
    assert.doesNotMatch(JSON.stringify(reach), /password=|:\/\/[^ ]*@/)
    assert.match(String(plan.outputs.archive), /^https:\/\/[a-z0-9]{3,24}\.blob\.core\.windows\.net\/exports$/)
  })
})

test("an update sends back nothing that others move: counts, the pool's members, the database's zones, the subnets", async () => {
  const { options } = await planStack(production)
  const left = [...options].flatMap(([name, { ignoreChanges = [] }]) => ignoreChanges.map((path) => `${name}: ${path}`))
  const names = ofType(await planStack(production), "containerinstance:NGroup").map(({ name }) => name)
  assert.equal(names.length, 3)
  assert.deepEqual(
    left.sort(),
    [
      ...names.map((name) => `${name}: elasticProfile.desiredCount`),
      "balancer: backendAddressPools",
      "database: availabilityZone",
      "database: highAvailability.standbyAvailabilityZone",
      "network: subnets",
    ].sort(),
  )
})
