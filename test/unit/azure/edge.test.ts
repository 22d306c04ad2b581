import assert from "node:assert/strict"
import { before, describe, test } from "node:test"
import { service } from "../../../app/contract/service.ts"
import type { Plan } from "../../../infra/plan/resource.ts"
import { gatewayPorts } from "../../../infra/spec/gateway.ts"
import { development, find, ofType, planStack, production } from "./plan.ts"

const own = `/subscriptions/${production["azure-native:subscriptionId"]}/resourceGroups`
const gateway = (kind: string, name: string, group = "atlas-production") => ({
  id: `${own}/${group}/providers/Microsoft.Network/applicationGateways/${group}/${kind}/${name}`,
})

describe("the edge of a production stack on Azure", () => {
  let plan: Plan
  before(async () => {
    plan = await planStack(production)
  })

  test("the gateway takes TLS 1.2 and newer, with the certificate of the operator's vault", () => {
    const { sslPolicy, sslCertificates, identity, sku, zones, autoscaleConfiguration } = find(
      plan,
      "network:ApplicationGateway",
    ).inputs
    assert.deepEqual(sslPolicy, { policyType: "Predefined", policyName: "AppGwSslPolicy20220101" })
    assert.deepEqual(sslCertificates, [
      { name: "gateways", keyVaultSecretId: "https://our-keys.vault.azure.net/secrets/api" },
    ])
    assert.deepEqual(identity, { type: "UserAssigned", userAssignedIdentities: [`\${gateway-identity.id}`] })
    assert.deepEqual([sku, zones], [{ name: "Standard_v2", tier: "Standard_v2" }, ["1", "2"]])
    assert.deepEqual(autoscaleConfiguration, { minCapacity: 2, maxCapacity: 10 })
  })

  test("it sends HTTP to HTTPS, and HTTPS to the load balancer", () => {
    const { httpListeners, requestRoutingRules, redirectConfigurations, backendAddressPools, frontendPorts } = find(
      plan,
      "network:ApplicationGateway",
    ).inputs
    const frontend = { frontendIPConfiguration: gateway("frontendIPConfigurations", "gateways") }
    assert.deepEqual(frontendPorts, [
      { name: "http", port: 80 },
      { name: "https", port: 443 },
    ])
    assert.deepEqual(httpListeners, [
      { name: "http", protocol: "Http", ...frontend, frontendPort: gateway("frontendPorts", "http") },
      {
        name: "https",
        protocol: "Https",
        ...frontend,
        frontendPort: gateway("frontendPorts", "https"),
        sslCertificate: gateway("sslCertificates", "gateways"),
      },
    ])
    assert.deepEqual(redirectConfigurations, [
      {
        name: "https",
        redirectType: "Permanent",
        targetListener: gateway("httpListeners", "https"),
        includePath: true,
        includeQueryString: true,
      },
    ])
    assert.deepEqual(requestRoutingRules, [
      {
        name: "http",
        ruleType: "Basic",
        priority: 10,
        httpListener: gateway("httpListeners", "http"),
        redirectConfiguration: gateway("redirectConfigurations", "https"),
      },
      {
        name: "https",
        ruleType: "Basic",
        priority: 20,
        httpListener: gateway("httpListeners", "https"),
        backendAddressPool: gateway("backendAddressPools", "gateways"),
        backendHttpSettings: gateway("backendHttpSettingsCollection", "gateways"),
      },
    ])
    assert.deepEqual(backendAddressPools, [{ name: "gateways", backendAddresses: [{ ipAddress: "10.0.130.254" }] }])
  })

  test("no hop cuts a request that is silent for its whole time", () => {
    const [settings] = find(plan, "network:ApplicationGateway").inputs.backendHttpSettingsCollection as Record<
      string,
      unknown
    >[]
    assert.equal(settings?.requestTimeout, service.requestTimeoutSeconds)
    assert.deepEqual(settings?.connectionDraining, { enabled: true, drainTimeoutInSec: service.drainSeconds })
    assert.equal(find(plan, "network:PublicIPAddress", "gateway-address").inputs.idleTimeoutInMinutes, 10)
    const [rule] = find(plan, "network:LoadBalancer").inputs.loadBalancingRules as Record<string, unknown>[]
    assert.deepEqual([rule?.idleTimeoutInMinutes, rule?.enableTcpReset], [10, true])
  })

  test("no address goes with a zone", () => {
    const every = ["1", "2", "3"]
    const [front] = find(plan, "network:LoadBalancer").inputs.frontendIPConfigurations as Record<string, unknown>[]
    const { zones } = find(plan, "network:PublicIPAddress", "gateway-address").inputs
    assert.deepEqual([front?.zones, zones], [every, every])
  })

  test("the load balancer is inside, asks each gateway by HTTP, and leaves its pool to the set", () => {
    const { sku, frontendIPConfigurations, backendAddressPools, probes, loadBalancingRules } = find(
      plan,
      "network:LoadBalancer",
    ).inputs
    const part = (kind: string) => ({
      id: `${own}/atlas-production/providers/Microsoft.Network/loadBalancers/atlas-production/${kind}/gateways`,
    })
    assert.deepEqual(sku, { name: "Standard" })
    const [front] = frontendIPConfigurations as Record<string, unknown>[]
    assert.deepEqual(
      [front?.privateIPAddress, front?.privateIPAllocationMethod, front?.publicIPAddress],
      ["10.0.130.254", "Static", undefined],
    )
    assert.deepEqual(backendAddressPools, [{ name: "gateways" }])
    assert.deepEqual(probes, [
      {
        name: "gateways",
        protocol: "Http",
        port: gatewayPorts.proxy,
        requestPath: "/health",
        intervalInSeconds: 5,
        probeThreshold: 2,
      },
    ])
    const [rule] = loadBalancingRules as Record<string, unknown>[]
    assert.deepEqual(
      [rule?.frontendPort, rule?.backendPort, rule?.backendAddressPool, rule?.probe, rule?.disableOutboundSnat],
      [gatewayPorts.proxy, gatewayPorts.proxy, part("backendAddressPools"), part("probes"), true],
    )
  })

  test("the record follows the gateway's address, in the zone's own group", () => {
    const { resourceGroupName, zoneName, relativeRecordSetName, recordType, targetResource } = find(
      plan,
      "dns:RecordSet",
    ).inputs
    assert.deepEqual(
      [resourceGroupName, zoneName, relativeRecordSetName, recordType, targetResource],
      ["names", "optimizer.example.com", "api", "A", { id: `\${gateway-address.id}` }],
    )
    assert.equal(plan.outputs.url, "https://api.optimizer.example.com")
    assert.equal(plan.outputs.instructions, "none")
  })
})

test("without a zone the record is the operator's to make", async () => {
  const { "atlas:dnsZoneId": _, ...bare } = production
  const plan = await planStack(bare)
  assert.deepEqual(ofType(plan, "dns:RecordSet"), [])
  assert.equal(
    plan.outputs.instructions,
    `Point the name api.optimizer.example.com at \${gateway-address.ipAddress} (A)`,
  )
})

test("a development stack without a domain is served by plain HTTP, and says so", async () => {
  const plan = await planStack(development, "dev")
  assert.equal(plan.outputs.url, `http://\${gateway-address.ipAddress}`)
  assert.match(String(plan.outputs.instructions), /plain HTTP/)
  const { httpListeners, requestRoutingRules, sslCertificates, redirectConfigurations, identity, frontendPorts } = find(
    plan,
    "network:ApplicationGateway",
  ).inputs
  assert.deepEqual([sslCertificates, redirectConfigurations, identity], [undefined, undefined, undefined])
  assert.deepEqual(frontendPorts, [{ name: "http", port: 80 }])
  assert.equal((httpListeners as unknown[]).length, 1)
  const [rule, ...others] = requestRoutingRules as Record<string, unknown>[]
  assert.deepEqual([rule?.backendAddressPool, others], [gateway("backendAddressPools", "gateways", "atlas-dev"), []])
  const rules = find(plan, "network:NetworkSecurityGroup", "gateway-security").inputs.securityRules as {
    name: string
  }[]
  assert.ok(!rules.some(({ name }) => name === "clients-https"))
})
