import assert from "node:assert/strict"
import { before, describe, test } from "node:test"
import { gatewayPorts } from "../../../infra/spec/gateway.ts"
import { assertBefore, find, ofType, planStack, production, type TargetPlan } from "./plan.ts"

describe("network and identities of a production stack on Azure", () => {
  let plan: TargetPlan
  before(async () => {
    plan = await planStack(production)
  })
  const assignments = () =>
    ofType(plan, "authorization:RoleAssignment").map(({ name, inputs }) => [
      name,
      inputs.roleDefinitionId,
      inputs.scope,
    ])

  test("each subnet holds one kind of thing, has a security group, and is made after the one before it", () => {
    const subnets = ofType(plan, "network:Subnet")
    assert.deepEqual(
      subnets.map(({ name, inputs }) => [name, inputs.addressPrefix, inputs.networkSecurityGroup]),
      [
        ["groups-subnet", "10.0.0.0/17", { id: `\${groups-security.id}` }],
        ["gateway-subnet", "10.0.128.0/24", { id: `\${gateway-security.id}` }],
        ["database-subnet", "10.0.129.0/24", { id: `\${database-security.id}` }],
        ["endpoints-subnet", "10.0.130.0/24", { id: `\${endpoints-security.id}` }],
      ],
    )
    for (const [index, subnet] of subnets.slice(1).entries()) {
      assertBefore(plan, subnet, [subnets[index]?.name ?? ""])
    }
    const owners = Object.fromEntries(
      subnets.map(({ name, inputs }) => [
        name,
        ((inputs.delegations ?? []) as { serviceName: string }[]).map(({ serviceName }) => serviceName),
      ]),
    )
    assert.deepEqual(owners, {
      "groups-subnet": ["Microsoft.ContainerInstance/containerGroups"],
      "gateway-subnet": [],
      "database-subnet": ["Microsoft.DBforPostgreSQL/flexibleServers"],
      "endpoints-subnet": [],
    })
    const groups = find(plan, "network:Subnet", "groups-subnet").inputs
    assert.deepEqual(
      [groups.natGateway, groups.serviceEndpoints],
      [{ id: `\${nat.id}` }, [{ service: "Microsoft.Storage" }]],
    )
    assert.equal(
      find(plan, "network:Subnet", "endpoints-subnet").inputs.privateEndpointNetworkPolicies,
      "NetworkSecurityGroupEnabled",
    )
  })

  test("what may talk to what is the picture, and the rest is denied", () => {
    const flows = (name: string) => {
      const rules = find(plan, "network:NetworkSecurityGroup", `${name}-security`).inputs.securityRules as Record<
        string,
        unknown
      >[]
      return rules.map((rule) =>
        [
          rule.access,
          rule.direction,
          rule.sourceAddressPrefix,
          rule.destinationAddressPrefix,
          rule.destinationPortRange,
        ].join(" "),
      )
    }
    const [groups, gateway, database, endpoints] = ["10.0.0.0/17", "10.0.128.0/24", "10.0.129.0/24", "10.0.130.0/24"]
    const shut = ["Deny Inbound * * *", "Deny Outbound * * *"]
    assert.deepEqual(flows("groups"), [
      `Allow Inbound ${gateway} ${groups} ${gatewayPorts.proxy}`,
      `Allow Inbound AzureLoadBalancer ${groups} ${gatewayPorts.proxy}`,
      `Allow Inbound VirtualNetwork ${groups} 19390`,
      `Allow Outbound ${groups} ${database} 5432`,
      `Allow Outbound ${groups} ${endpoints} 10000`,
      `Allow Outbound ${groups} Internet 443`,
      ...shut,
    ])
    // Azure refuses an application gateway whose way out is closed.
    assert.deepEqual(flows("gateway"), [
      `Allow Inbound Internet ${gateway} 80`,
      `Allow Inbound Internet ${gateway} 443`,
      `Allow Inbound GatewayManager ${gateway} 65200-65535`,
      `Allow Inbound AzureLoadBalancer ${gateway} *`,
      "Deny Inbound * * *",
    ])
    assert.deepEqual(flows("database"), [
      `Allow Inbound ${groups} ${database} 5432`,
      `Allow Inbound ${database} ${database} 5432`,
      `Allow Outbound ${database} ${database} 5432`,
      `Allow Outbound ${database} Storage 443`,
      ...shut,
    ])
    assert.deepEqual(flows("endpoints"), [`Allow Inbound ${groups} ${endpoints} 10000`, ...shut])
    for (const { inputs } of ofType(plan, "network:NetworkSecurityGroup")) {
      const rules = inputs.securityRules as { direction: string; priority: number }[]
      const places = rules.map(({ direction, priority }) => `${direction} ${priority}`)
      assert.equal(new Set(places).size, places.length)
    }
  })

  test("each process has an identity of its own, which may do what it must and nothing else", () => {
    const role = (guid: string) =>
      `/subscriptions/${production["azure-native:subscriptionId"]}/providers/Microsoft.Authorization/roleDefinitions/${guid}`
    const [pull, readSecrets, writeMetrics] = [
      role("7f951dda-4ed3-4680-a7ca-43fe172d538d"),
      role("4633458b-17de-408a-b874-0445c86b69e6"),
      role("3913510d-42f4-4e42-8a64-420c390055eb"),
    ]
    assert.deepEqual(
      assignments().sort(),
      [
        ["api-images", pull, `\${registry.id}`],
        ["gatekeeper-groups", `\${gatekeeper-role.id}`, `\${resource-group.id}`],
        ["gateway-certificate", readSecrets, production["atlas:certificateVaultId"]],
        ["scaler-images", pull, `\${registry.id}`],
        ["scaler-metrics", `\${observer-role.id}`, `\${resource-group.id}`],
        ["scaler-sets-api", `\${setter-role.id}`, `\${api-groups.id}`],
        ["scaler-sets-worker", `\${setter-role.id}`, `\${worker-groups.id}`],
        ...["api", "worker", "scaler"].map((name) => [`${name}-writes-metrics`, writeMetrics, `\${metrics-rule.id}`]),
        ["worker-archive", `\${archive-role.id}`, `\${archive.id}`],
        ["worker-images", pull, `\${registry.id}`],
      ].sort(),
    )
    const names = ofType(plan, "authorization:RoleAssignment").map(({ inputs }) => inputs.roleAssignmentName)
    assert.equal(new Set(names).size, names.length)
    for (const { inputs } of ofType(plan, "authorization:RoleDefinition")) {
      assert.deepEqual([inputs.scope, inputs.assignableScopes], [`\${resource-group.id}`, [`\${resource-group.id}`]])
    }
  })
})
