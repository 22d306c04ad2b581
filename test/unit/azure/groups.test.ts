import assert from "node:assert/strict"
import { before, describe, test } from "node:test"
import { parse } from "yaml"
import { entryPoint } from "../../../app/contract/roles.ts"
import { service } from "../../../app/contract/service.ts"
import { prometheusImage } from "../../../infra/observability/index.ts"
import { type Plan, secretMark as secret } from "../../../infra/plan/resource.ts"
import { gatewayPorts } from "../../../infra/spec/gateway.ts"
import { configurationOf } from "../../../infra/targets/azure/collector.ts"
import { containersOf, find, inputs, ofType, planStack, production, type TargetPlan, variable } from "./plan.ts"

describe("the container groups of a production stack on Azure", () => {
  let plan: TargetPlan
  before(async () => {
    plan = await planStack(production)
  })
  const profile = (name: string) => find(plan, "containerinstance:CGProfile", `${name}-profile`)
  const set = (name: string) => find(plan, "containerinstance:NGroup", `${name}-groups`)

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
        image: prometheusImage,
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

  test("the gate is a group that runs once, named by what is in it, and a script that waits for its end", () => {
    const group = find(plan, "containerinstance:ContainerGroup").inputs
    const [app, ...others] = containersOf(find(plan, "containerinstance:ContainerGroup"))
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
