import assert from "node:assert/strict"
import { before, describe, test } from "node:test"
import { find, inputs, ofType, planStack, production, type TargetPlan } from "./plan.ts"

const scheme = "EXTERNAL_MANAGED"

describe("the edge of a production stack on Google Cloud", () => {
  let plan: TargetPlan
  before(async () => {
    plan = await planStack(production)
  })

  test("one address takes HTTPS with TLS 1.2 and newer, and sends HTTP there", () => {
    assert.deepEqual(find(plan, "edge-tls").inputs, {
      name: "atlas-production-edge",
      profile: "MODERN",
      minTlsVersion: "TLS_1_2",
    })
    assert.deepEqual(find(plan, "edge-https").inputs, {
      name: "atlas-production-edge",
      urlMap: `\${edge-urls.id}`,
      certificateMap: `//certificatemanager.googleapis.com/\${certificate-map.id}`,
      sslPolicy: `\${edge-tls.id}`,
    })
    assert.deepEqual(find(plan, "edge-redirect").inputs, {
      name: "atlas-production-redirect",
      defaultUrlRedirect: {
        httpsRedirect: true,
        redirectResponseCode: "MOVED_PERMANENTLY_DEFAULT",
        stripQuery: false,
      },
    })
    assert.equal(find(plan, "edge-http").inputs.urlMap, `\${edge-redirect.id}`)
    const rules = ofType(plan, "gcp:compute/globalForwardingRule:GlobalForwardingRule").map(inputs)
    const rule = (name: string, portRange: string, target: string) => ({
      name: `atlas-production-edge-${name}`,
      loadBalancingScheme: scheme,
      ipAddress: `\${edge-address.id}`,
      ipProtocol: "TCP",
      portRange,
      target,
    })
    assert.deepEqual(
      new Set(rules),
      new Set([rule("http", "80", `\${edge-http.id}`), rule("https", "443", `\${edge-https.id}`)]),
    )
    assert.equal(plan.outputs.url, "https://optimizer.example.com")
  })

  test("behind it is the service, by endpoints that are its own", () => {
    assert.deepEqual(find(plan, "edge-endpoints").inputs, {
      name: "atlas-production-edge",
      region: "europe-west3",
      networkEndpointType: "SERVERLESS",
      cloudRun: { service: "atlas-production-api" },
    })
    assert.deepEqual(find(plan, "edge-backend").inputs, {
      name: "atlas-production-edge",
      loadBalancingScheme: scheme,
      protocol: "HTTPS",
      backends: [{ group: `\${edge-endpoints.id}` }],
    })
    assert.equal(find(plan, "edge-urls").inputs.defaultService, `\${edge-backend.id}`)
  })

  test("the certificate is proven by a record of the zone, and the domain points at the address", () => {
    assert.deepEqual(inputs(find(plan, "certificate")), {
      name: "atlas-production",
      description: "Of the domain",
      managed: {
        domains: ["optimizer.example.com"],
        dnsAuthorizations: [`\${certificate-authorization.id}`],
      },
    })
    assert.deepEqual(inputs(find(plan, "certificate-map-entry")), {
      name: "atlas-production",
      map: "atlas-production",
      hostname: "optimizer.example.com",
      certificates: [`\${certificate.id}`],
    })
    const record = (name: string) => find(plan, name, "gcp:dns/").inputs
    assert.deepEqual(record("certificate-record"), {
      managedZone: "optimizer-example",
      name: "_acme-challenge.optimizer.example.com.",
      type: "CNAME",
      ttl: 300,
      rrdatas: [`\${certificate-authorization.dnsResourceRecords[0].data}`],
    })
    assert.deepEqual(record("domain"), {
      managedZone: "optimizer-example",
      name: "optimizer.example.com.",
      type: "A",
      ttl: 300,
      rrdatas: [`\${edge-address.address}`],
    })
    assert.equal(plan.outputs.instructions, "none")
  })
})

test("without a zone the records are the operator's, and the outputs name both", async () => {
  const { "atlas:dnsZone": _, ...bare } = production
  const plan = await planStack(bare)
  assert.equal(
    plan.outputs.instructions,
    `Make these records: optimizer.example.com. A \${edge-address.address}; _acme-challenge.optimizer.example.com. CNAME \${certificate-authorization.dnsResourceRecords[0].data}`,
  )
  const names = ofType(plan, "gcp:dns/recordSet:RecordSet").map(({ name }) => name)
  assert.deepEqual(names.sort(), ["database-address", "google-addresses", "google-names"])
})
