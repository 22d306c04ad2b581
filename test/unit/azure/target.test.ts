import assert from "node:assert/strict"
import { before, describe, test } from "node:test"
import { parse } from "yaml"
import { entryPoint } from "../../../app/contract/roles.ts"
import { service } from "../../../app/contract/service.ts"
import type { Plan, PlannedResource } from "../../../infra/plan/resource.ts"
import { secretMark as secret } from "../../../infra/plan/resource.ts"
import { untaggable } from "../../../infra/policy/rules/azure/untaggable.ts"
import { gatewayPorts } from "../../../infra/spec/gateway.ts"
import { configurationOf } from "../../../infra/targets/azure/collector.ts"
import inputsOf from "../../support/plan-sdk.ts"
import { assertBefore, find, inputs, ofType, planStack, production, type TargetPlan } from "./plan.ts"

interface Container {
  readonly name: string
  readonly image: string
  readonly command?: readonly string[]
  readonly environmentVariables: readonly {
    readonly name: string
    readonly value?: string
    readonly secureValue?: string
  }[]
  readonly resources: unknown
}

const containersOf = ({ inputs }: PlannedResource) => inputs.containers as readonly Container[]
const variable = ({ environmentVariables }: Container, name: string) =>
  environmentVariables.find((one) => one.name === name)

describe("a production stack on Azure", () => {
  let plan: TargetPlan
  before(async () => {
    plan = await planStack(production)
  })
  const profile = (name: string) => find(plan, "containerinstance:CGProfile", `${name}-profile`)
  const set = (name: string) => find(plan, "containerinstance:NGroup", `${name}-groups`)
  const assignments = () =>
    ofType(plan, "authorization:RoleAssignment").map(({ name, inputs }) => [
      name,
      inputs.roleDefinitionId,
      inputs.scope,
    ])

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

  test("a set of groups each for api, worker and scaler stands over two zones and replaces batch by batch", () => {
    for (const [name, count] of [
      ["api", 3],
      ["worker", 1],
      ["scaler", 1],
    ] as const) {
      const { containerGroupProfiles: _, ...rest } = inputs(set(name))
      assert.deepEqual(rest, {
        resourceGroupName: "atlas-production",
        location: "westeurope",
        ngroupsName: `atlas-production-${name}`,
        zones: ["1", "2"],
        identity: { type: "UserAssigned", userAssignedIdentities: [`\${${name}-identity.id}`] },
        elasticProfile: {
          desiredCount: count,
          maintainDesiredCount: true,
          containerGroupNamingPolicy: { guidNamingPolicy: { prefix: `atlas-production-${name}-` } },
        },
        updateProfile: {
          updateMode: "Rolling",
          rollingUpdateProfile: {
            inPlaceUpdate: false,
            maxBatchPercent: 34,
            maxUnhealthyPercent: 34,
            pauseTimeBetweenBatches: "PT1M",
          },
        },
      })
    }
    const inSubnet = { subnetIds: [{ id: `\${groups-subnet.id}` }] }
    const pool =
      "/resourceGroups/atlas-production/providers/Microsoft.Network/loadBalancers/atlas-production/backendAddressPools/gateways"
    assert.deepEqual(set("api").inputs.containerGroupProfiles, [
      {
        resource: { id: `\${api-profile.id}` },
        containerGroupProperties: inSubnet,
        networkProfile: {
          loadBalancer: {
            backendAddressPools: [{ resource: `/subscriptions/${production["azure-native:subscriptionId"]}${pool}` }],
          },
        },
      },
    ])
    assert.deepEqual(set("worker").inputs.containerGroupProfiles, [
      { resource: { id: `\${worker-profile.id}` }, containerGroupProperties: inSubnet },
    ])
  })

  test("a group of the api is the app and Kong, of which only Kong's port is the group's", () => {
    const [app, kong, collector, ...others] = containersOf(profile("api"))
    assert.deepEqual([collector?.name, others], ["collector", []])
    assert.deepEqual(app?.command, [...entryPoint, "serve"])
    assert.equal(app?.image, plan.outputs.release)
    assert.deepEqual(app?.resources, { requests: { cpu: 0.5, memoryInGB: 1 }, limits: { cpu: 1, memoryInGB: 2 } })
    assert.deepEqual([kong?.name, kong?.image, kong?.command], ["kong", "kong:3.9.3", undefined])
    assert.equal(kong && variable(kong, "KONG_TRUSTED_IPS")?.value, "10.0.128.0/24")
    assert.equal(kong && variable(kong, "KONG_LUA_SSL_TRUSTED_CERTIFICATE")?.value, "system")
    const { ipAddress, volumes, restartPolicy, sku, shutdownGracePeriod, imageRegistryCredentials } =
      profile("api").inputs
    assert.partialDeepStrictEqual(ipAddress, {
      type: "Private",
      ports: [{ port: gatewayPorts.proxy, protocol: "TCP" }],
    })
    assert.deepEqual((volumes as readonly unknown[])[0], { name: "gateway", secret: { "kong.yml": secret } })
    assert.deepEqual(
      [restartPolicy, sku, shutdownGracePeriod],
      ["Always", "Standard", `PT${service.drainSeconds + 5}S`],
    )
    assert.deepEqual(imageRegistryCredentials, [
      { server: `\${registry.loginServer}`, identity: `\${api-identity.id}` },
    ])
    assert.equal(profile("worker").inputs.ipAddress, undefined)
  })

  test("beside each process stands a collector, which writes what all containers of its group serve as its identity", () => {
    for (const [name, ports] of [
      ["api", [service.port, gatewayPorts.status]],
      ["worker", [service.port]],
      ["scaler", [service.port]],
    ] as const) {
      const collector = containersOf(profile(name)).at(-1)
      assert.partialDeepStrictEqual(collector, {
        name: "collector",
        image: "prom/prometheus:v3.5.0",
        resources: { requests: { cpu: 0.1, memoryInGB: 0.3 }, limits: { cpu: 0.1, memoryInGB: 0.3 } },
        volumeMounts: [{ name: "collector", mountPath: "/etc/collector", readOnly: true }],
      })
      const volumes = profile(name).inputs.volumes as readonly { name: string; secret: Record<string, string> }[]
      const [text = ""] = Object.values(volumes.find((volume) => volume.name === "collector")?.secret ?? {})
      const url = `\${metrics-endpoint.metricsIngestion.endpoint}/dataCollectionRules/\${metrics-rule.immutableId}/streams/Microsoft-PrometheusMetrics/api/v1/write?api-version=2023-04-24`
      assert.deepEqual(
        parse(Buffer.from(text, "base64").toString()),
        configurationOf(ports, url, `\${${name}-identity.clientId}`),
      )
    }
    const { scrape_configs, remote_write } = configurationOf([1, 2], "https://x/write", "me")
    assert.deepEqual(scrape_configs[0]?.static_configs, [{ targets: ["127.0.0.1:1", "127.0.0.1:2"] }])
    assert.deepEqual(remote_write, [
      { url: "https://x/write", azuread: { cloud: "AzurePublic", managed_identity: { client_id: "me" } } },
    ])
  })

  test("alerts are rules over the stack's own workspace, each of which writes to the address", () => {
    const group = find(plan, "alertsmanagement:PrometheusRuleGroup").inputs
    assert.deepEqual([group.scopes, group.interval], [[`\${metrics.id}`], "PT1M"])
    const rules = group.rules as readonly Record<string, unknown>[]
    assert.equal(rules.length, 7)
    for (const { actions } of rules) assert.deepEqual(actions, [{ actionGroupId: `\${alerts-mail.id}` }])
    assert.partialDeepStrictEqual(find(plan, "monitor:ActionGroup").inputs, {
      enabled: true,
      emailReceivers: [{ emailAddress: "oncall@example.com" }],
    })
    const [destination] = (find(plan, "monitor:DataCollectionRule").inputs.destinations as Record<string, unknown[]>)
      .monitoringAccounts as unknown[]
    assert.partialDeepStrictEqual(destination, { accountResourceId: `\${metrics.id}` })
  })

  test("secrets are given where Azure shows them to nobody, and no certificate where both stores have public ones", () => {
    for (const name of ["api", "worker", "scaler"]) {
      const [app] = containersOf(profile(name))
      assert.ok(app !== undefined)
      for (const key of ["DATABASE_URL", "REDIS_URL", "OPERATOR_KEY"]) {
        assert.deepEqual(variable(app, key), { name: key, secureValue: secret }, `${name} ${key}`)
      }
      for (const key of ["DATABASE_CA", "REDIS_CA", "PORT"]) assert.equal(variable(app, key), undefined)
    }
  })

  test("the scaler is told the contract's figures, the sets and the gateway, and who it is", () => {
    const [app] = containersOf(profile("scaler"))
    assert.ok(app !== undefined)
    const scaling = JSON.parse(variable(app, "SCALING")?.value ?? "")
    assert.equal(scaling.api.resource, `\${api-groups.id}`)
    assert.equal(scaling.worker.resource, `\${worker-groups.id}`)
    assert.match(scaling.api.requestsFrom, /\/providers\/Microsoft\.Network\/applicationGateways\/atlas-production$/)
    assert.equal(scaling.worker.requestsFrom, undefined)
    assert.deepEqual([scaling.api.min, scaling.api.max, scaling.worker.min, scaling.worker.max], [2, 10, 1, 10])
    assert.equal(variable(app, "SCALING_IDENTITY")?.value, `\${scaler-identity.clientId}`)
    assert.equal(variable(app, "DATABASE_POOL_SIZE")?.value, "2")
    assert.deepEqual(app.resources, { requests: { cpu: 1, memoryInGB: 1 }, limits: { cpu: 1, memoryInGB: 1 } })
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

  test("the gate is a group that runs once, named by what is in it, and a script that waits for its end", () => {
    const group = find(plan, "containerinstance:ContainerGroup").inputs
    const [app, ...others] = group.containers as readonly Container[]
    assert.deepEqual(others, [])
    assert.deepEqual(app?.command, [...entryPoint, "gate"])
    assert.equal(app?.image, plan.outputs.release)
    assert.deepEqual([group.restartPolicy, group.subnetIds], ["Never", [{ id: `\${groups-subnet.id}` }]])
    assert.match(String(group.containerGroupName), /^atlas-production-gate-[0-9a-f]{12}$/)
    const script = find(plan, "resources:AzureCliScript").inputs
    assert.equal(script.scriptName, group.containerGroupName)
    assert.deepEqual(script.environmentVariables, [
      { name: "RESOURCE_GROUP", value: "atlas-production" },
      { name: "GROUP_NAME", value: group.containerGroupName },
      { name: "DEADLINE_SECONDS", value: "720" },
    ])
    assert.deepEqual(script.identity, { type: "UserAssigned", userAssignedIdentities: [`\${gatekeeper-identity.id}`] })
    assert.deepEqual(
      [script.timeout, script.cleanupPreference, script.retentionInterval],
      ["PT1320S", "OnSuccess", "P1D"],
    )
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

describe("what a release is made of gives the profiles their names", () => {
  const names = (plan: Plan) =>
    Object.fromEntries(
      ofType(plan, "containerinstance:CGProfile").map(({ name, inputs }) => [name, inputs.containerGroupProfileName]),
    )

  test("the same release has the same, another image all others, and a setting of one workload its own", async () => {
    const image = (digit: string) => ({ "atlas:image": `ghcr.io/you/atlas@sha256:${digit.repeat(64)}` })
    const first = names(await planStack({ ...production, ...image("a") }))
    assert.deepEqual(names(await planStack({ ...production, ...image("a") })), first)
    const second = names(await planStack({ ...production, ...image("b") }))
    for (const name of Object.keys(first)) assert.notEqual(second[name], first[name], name)
    const larger = names(await planStack({ ...production, ...image("a"), "atlas:workerMemory": "4 GiB" }))
    assert.notEqual(larger["worker-profile"], first["worker-profile"])
    assert.equal(larger["api-profile"], first["api-profile"])
  })
})
