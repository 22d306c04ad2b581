import assert from "node:assert/strict"
import { before, describe, test } from "node:test"
import { find, inputs, ofType, planStack, production, type TargetPlan, templateOf } from "./plan.ts"

const running = ["api", "worker", "scaler", "gate"]

describe("network and identities of a production stack on Google Cloud", () => {
  let plan: TargetPlan
  before(async () => {
    plan = await planStack(production)
  })
  const runner = (name: string) => find(plan, name, "gcp:cloudrunv2/")

  test("the network has no way to the internet, and one to Google's services", () => {
    assert.deepEqual(find(plan, "network").inputs, {
      name: "atlas-production",
      description: "Workloads and data of one stack",
      autoCreateSubnetworks: false,
      routingMode: "REGIONAL",
      deleteDefaultRoutesOnCreate: true,
    })
    const { ipCidrRange, privateIpGoogleAccess, region } = find(plan, "subnet").inputs
    assert.deepEqual([ipCidrRange, privateIpGoogleAccess, region], ["10.0.0.0/17", true, "europe-west3"])
    assert.deepEqual(
      ofType(plan, "gcp:compute/route:Route").map(({ inputs }) => [inputs.destRange, inputs.nextHopGateway]),
      [["199.36.153.8/30", "default-internet-gateway"]],
    )
    assert.deepEqual(ofType(plan, "gcp:compute/routerNat:RouterNat"), [])
    assert.deepEqual(inputs(find(plan, "google-zone")), {
      name: "atlas-production-google",
      description: "Names of the stack's own network: google",
      dnsName: "googleapis.com.",
      visibility: "private",
      privateVisibilityConfig: { networks: [{ networkUrl: `\${network.id}` }] },
    })
    assert.deepEqual(find(plan, "google-names").inputs, {
      managedZone: "atlas-production-google",
      name: "*.googleapis.com.",
      type: "CNAME",
      ttl: 300,
      rrdatas: ["private.googleapis.com."],
    })
  })

  test("data lie in a peered range, and the peering is left to Google when the stack goes", () => {
    const { address, prefixLength, purpose, addressType } = find(plan, "data-range").inputs
    assert.deepEqual([address, prefixLength, purpose, addressType], ["10.0.128.0", 17, "VPC_PEERING", "INTERNAL"])
    assert.deepEqual(find(plan, "peering").inputs, {
      network: `\${network.id}`,
      service: "servicenetworking.googleapis.com",
      reservedPeeringRanges: ["atlas-production-data"],
      deletionPolicy: "ABANDON",
    })
  })

  test("what may talk to what is the picture, and nobody else to anybody", () => {
    const tags = (...names: string[]) => names.map((name) => `atlas-production-${name}`)
    const everyone = tags("api", "worker", "gate", "scaler")
    const flows = ofType(plan, "gcp:compute/firewall:Firewall").map(({ name, inputs }) => {
      const { name: _, network, ...rule } = inputs
      assert.equal(network, `\${network.id}`)
      return [name, rule]
    })
    const out = (port: string, range: string, targetTags: string[]) => ({
      direction: "EGRESS",
      priority: 1000,
      allows: [{ protocol: "tcp", ports: [port] }],
      destinationRanges: [range],
      targetTags,
    })
    const closed = { priority: 65534, denies: [{ protocol: "all" }] }
    assert.deepEqual(Object.fromEntries(flows), {
      "deny-in": { direction: "INGRESS", sourceRanges: ["0.0.0.0/0"], ...closed },
      "deny-out": { direction: "EGRESS", destinationRanges: ["0.0.0.0/0"], ...closed },
      "to-database": out("5432", "10.0.128.0/17", everyone),
      "to-cache": out("6378", "10.0.128.0/17", everyone),
      "to-google": out("443", "199.36.153.8/30", tags("api", "worker", "scaler")),
    })
    for (const name of running) {
      assert.deepEqual(templateOf(runner(name)).vpcAccess, {
        egress: "ALL_TRAFFIC",
        networkInterfaces: [{ network: `\${network.id}`, subnetwork: `\${subnet.id}`, tags: tags(name) }],
      })
    }
  })

  test("the scaler may set the count of one pool, act as its account, and nothing else", () => {
    const member = `serviceAccount:\${scaler-identity.email}`
    const granted = plan.resources.filter(({ inputs }) => inputs.member === member)
    const rights = granted
      .filter(({ type }) => type !== "gcp:secretmanager/secretIamMember:SecretIamMember")
      .map(({ inputs: { member: _, ...right } }) => right)
    const place = { project: "atlas-example", location: "europe-west3" }
    assert.deepEqual(rights, [
      { project: "atlas-example", role: "roles/monitoring.metricWriter" },
      { project: "atlas-example", role: `\${operations-role.name}` },
      { serviceAccountId: `\${worker-identity.name}`, role: `\${acts-role.name}` },
      { ...place, name: "atlas-production-worker", role: `\${counts-role.name}` },
    ])
    assert.deepEqual(
      Object.fromEntries(
        ofType(plan, "gcp:projects/iAMCustomRole:IAMCustomRole").map(({ inputs }) => [
          inputs.roleId,
          inputs.permissions,
        ]),
      ),
      {
        atlas_production_counts: ["run.workerpools.get", "run.workerpools.update"],
        atlas_production_acts: ["iam.serviceAccounts.actAs"],
        atlas_production_operations: ["run.operations.get"],
      },
    )
  })

  test("every other identity has only what its picture shows", () => {
    const rights = (name: string) =>
      plan.resources
        .filter(({ inputs }) => inputs.member === `serviceAccount:\${${name}-identity.email}`)
        .map(({ inputs }) => [inputs.role, inputs.secretId ?? inputs.bucket ?? inputs.project])
        .map((right) => right.join(" "))
        .sort()
    const reads = (...secrets: string[]) =>
      secrets.map((secret) => `roles/secretmanager.secretAccessor atlas-production-${secret}`)
    const settings = ["database-url", "operator-key", "redis-url"]
    assert.deepEqual(rights("gate"), reads(...settings))
    assert.deepEqual(rights("api"), [
      "roles/monitoring.metricWriter atlas-example",
      ...reads("api-collector-config", "database-url", "gateway-config", "operator-key", "redis-ca", "redis-url"),
    ])
    assert.deepEqual(rights("worker"), [
      "roles/monitoring.metricWriter atlas-example",
      ...reads(...settings, "worker-collector-config"),
      "roles/storage.objectCreator atlas-production-archive-atlas-example",
      "roles/storage.objectViewer atlas-production-archive-atlas-example",
    ])
    const accounts = running.map((name) => templateOf(runner(name)).serviceAccount)
    assert.deepEqual(
      accounts,
      running.map((name) => `\${${name}-identity.email}`),
    )
  })
})
