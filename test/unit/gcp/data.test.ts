import assert from "node:assert/strict"
import { before, describe, test } from "node:test"
import { secretMark as secret } from "../../../infra/plan/resource.ts"
import {
  assertBefore,
  containerOf,
  development,
  find,
  inputs,
  ofType,
  planStack,
  production,
  type TargetPlan,
  variable,
} from "./plan.ts"

describe("the data of a production stack on Google Cloud", () => {
  let plan: TargetPlan
  before(async () => {
    plan = await planStack(production)
  })

  test("the database is private, takes TLS alone, and can be taken back 30 days", () => {
    const { settings, ...instance } = find(plan, "database").inputs
    assert.deepEqual(instance, {
      name: "atlas-production-database",
      region: "europe-west3",
      databaseVersion: "POSTGRES_17",
      deletionProtection: true,
    })
    const { userLabels: _, ...rest } = settings as Record<string, unknown>
    assert.deepEqual(rest, {
      tier: "db-perf-optimized-N-2",
      edition: "ENTERPRISE_PLUS",
      availabilityType: "REGIONAL",
      diskType: "PD_SSD",
      diskAutoresize: true,
      deletionProtectionEnabled: true,
      ipConfiguration: {
        ipv4Enabled: false,
        privateNetwork: `\${network.id}`,
        allocatedIpRange: "atlas-production-data",
        sslMode: "ENCRYPTED_ONLY",
        serverCaMode: "GOOGLE_MANAGED_CAS_CA",
      },
      backupConfiguration: {
        enabled: true,
        pointInTimeRecoveryEnabled: true,
        transactionLogRetentionDays: 30,
        backupRetentionSettings: { retainedBackups: 30, retentionUnit: "COUNT" },
      },
      finalBackupConfig: { enabled: true, retentionDays: 30 },
      insightsConfig: { queryInsightsEnabled: true },
    })
    assertBefore(plan, find(plan, "database"), ["peering", "data-range"])
  })

  test("its role and schema go with it, and its name is told by the network's own zone", () => {
    const { password, ...user } = find(plan, "database-user").inputs
    assert.deepEqual(user, { name: "atlas", instance: "atlas-production-database", deletionPolicy: "ABANDON" })
    assert.equal(password, secret)
    assert.deepEqual(find(plan, "database-schema").inputs, user)
    const dnsName = `\${database.dnsNames[0].name}.`
    assert.equal(find(plan, "database-zone").inputs.dnsName, dnsName)
    assert.deepEqual(find(plan, "database-address").inputs, {
      managedZone: "atlas-production-database",
      name: dnsName,
      type: "A",
      ttl: 300,
      rrdatas: [`\${database.privateIpAddress}`],
    })
  })

  test("processes verify both stores by the authorities that come with them", () => {
    for (const name of ["api", "worker", "scaler", "gate"]) {
      const app = containerOf(find(plan, name, "gcp:cloudrunv2/"), "optimizer")
      assert.equal(variable(app, "DATABASE_CA"), `\${database.serverCaCerts[0].cert}\n`)
      assert.equal(variable(app, "REDIS_CA"), `\${cache.serverCaCerts[0].cert}\n`)
    }
  })

  test("the cache is private, with TLS, a password and a second node that takes over", () => {
    assert.deepEqual(inputs(find(plan, "cache")), {
      name: "atlas-production-cache",
      region: "europe-west3",
      displayName: "Result cache and rate counters",
      redisVersion: "REDIS_7_2",
      tier: "STANDARD_HA",
      memorySizeGb: 1,
      replicaCount: 1,
      readReplicasMode: "READ_REPLICAS_DISABLED",
      authorizedNetwork: `\${network.id}`,
      connectMode: "PRIVATE_SERVICE_ACCESS",
      reservedIpRange: "atlas-production-data",
      authEnabled: true,
      transitEncryptionMode: "SERVER_AUTHENTICATION",
      redisConfigs: { "maxmemory-policy": "allkeys-lru" },
      persistenceConfig: { persistenceMode: "DISABLED" },
      deletionProtection: false,
    })
    assertBefore(plan, find(plan, "cache"), ["peering"])
  })

  test("secrets lie in the stack's region, and each process names the versions that it reads", () => {
    const secrets = ofType(plan, "gcp:secretmanager/secret:Secret")
    const names = [
      ...["api-collector-config", "database-password", "database-url", "gateway-config", "mobile-app-key"],
      ...["operator-key", "redis-ca", "redis-url", "scaler-collector-config", "web-app-key", "worker-collector-config"],
    ]
    assert.deepEqual(
      secrets.map(({ inputs }) => inputs.secretId).sort(),
      names.map((name) => `atlas-production-${name}`),
    )
    for (const { inputs } of secrets) {
      assert.deepEqual(inputs.replication, { userManaged: { replicas: [{ location: "europe-west3" }] } })
      assert.equal(inputs.versionDestroyTtl, "2592000s")
    }
    const app = containerOf(find(plan, "worker", "gcp:cloudrunv2/"), "optimizer")
    const reference = (part: string) => ({
      secretKeyRef: { secret: `atlas-production-${part}`, version: `\${${part}-version.version}` },
    })
    assert.deepEqual(
      app.envs?.flatMap(({ name, valueSource }) => (valueSource === undefined ? [] : [[name, valueSource]])),
      [
        ["DATABASE_URL", reference("database-url")],
        ["REDIS_URL", reference("redis-url")],
        ["OPERATOR_KEY", reference("operator-key")],
      ],
    )
  })

  test("the image is built, pushed with the deployer's own token, and kept where tags do not move", () => {
    const { registries, tags } = find(plan, "image").inputs
    assert.deepEqual(registries, [
      { address: "europe-west3-docker.pkg.dev", username: "oauth2accesstoken", password: secret },
    ])
    assert.match(
      String((tags as unknown[])[0]),
      /^europe-west3-docker\.pkg\.dev\/atlas-example\/atlas-production\/atlas:\d+\.\d+\.\d+-[0-9a-f]{12}$/,
    )
    assert.deepEqual(inputs(find(plan, "registry")), {
      repositoryId: "atlas-production",
      description: "Images of one stack",
      location: "europe-west3",
      format: "DOCKER",
      dockerConfig: { immutableTags: true },
      vulnerabilityScanningConfig: { enablementConfig: "INHERITED" },
      cleanupPolicies: [
        { id: "keep-newest", action: "KEEP", mostRecentVersions: { keepCount: 30 } },
        { id: "delete-old", action: "DELETE", condition: { tagState: "ANY", olderThan: "7776000s" } },
      ],
    })
    const { mode, remoteRepositoryConfig } = find(plan, "mirror").inputs
    assert.equal(mode, "REMOTE_REPOSITORY")
    assert.deepEqual(remoteRepositoryConfig, {
      description: "Docker Hub",
      dockerRepository: { publicRepository: "DOCKER_HUB" },
    })
  })

  test("the archive is closed and kept for 30 days", () => {
    assert.deepEqual(inputs(find(plan, "archive")), {
      name: "atlas-production-archive-atlas-example",
      location: "europe-west3",
      uniformBucketLevelAccess: true,
      publicAccessPrevention: "enforced",
      versioning: { enabled: true },
      lifecycleRules: [
        { action: { type: "Delete" }, condition: { age: 30 } },
        { action: { type: "Delete" }, condition: { daysSinceNoncurrentTime: 30 } },
        { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: 1 } },
      ],
      forceDestroy: false,
    })
    assert.equal(plan.outputs.archive, "gs://atlas-production-archive-atlas-example")
  })

  test("lines of the stack are kept for 30 days", () => {
    assert.deepEqual(find(plan, "logs").inputs, {
      project: "atlas-example",
      location: "europe-west3",
      bucketId: "atlas-production-logs",
      description: "Lines of one stack",
      retentionDays: 30,
    })
    const { destination, filter, uniqueWriterIdentity } = find(plan, "logs-sink").inputs
    assert.equal(destination, `logging.googleapis.com/\${logs.id}`)
    assert.equal(uniqueWriterIdentity, true)
    for (const name of ["api", "worker", "scaler", "gate"])
      assert.ok(String(filter).includes(`"atlas-production-${name}"`))
    assert.ok(String(filter).includes('"atlas-example:atlas-production-database"'))
  })
})

describe("a development stack on Google Cloud", () => {
  const image = `ghcr.io/you/atlas@sha256:${"ab".repeat(32)}`
  let plan: TargetPlan
  before(async () => {
    plan = await planStack({ ...development, "atlas:image": image, "atlas:databasePool": "4" }, "dev")
  })

  test("it costs less and leaves nothing behind", () => {
    const { settings, deletionProtection } = find(plan, "database").inputs
    const { tier, edition, availabilityType, backupConfiguration, finalBackupConfig, deletionProtectionEnabled } =
      settings as Record<string, Record<string, unknown>>
    assert.deepEqual([tier, edition, availabilityType], ["db-custom-1-3840", "ENTERPRISE", "ZONAL"])
    assert.deepEqual([deletionProtection, deletionProtectionEnabled, finalBackupConfig], [false, false, undefined])
    assert.deepEqual(backupConfiguration?.transactionLogRetentionDays, 7)
    assert.equal(find(plan, "archive").inputs.forceDestroy, true)
    for (const { inputs } of ofType(plan, "gcp:secretmanager/secret:Secret")) {
      assert.equal(inputs.versionDestroyTtl, undefined)
    }
  })

  test("a given image is run as it is, without a registry", () => {
    assert.equal(plan.outputs.release, image)
    const repositories = ofType(plan, "gcp:artifactregistry/repository:Repository")
    assert.deepEqual(
      repositories.map(({ name }) => name),
      ["mirror"],
    )
    assert.deepEqual(ofType(plan, "docker-build:index:Image"), [])
  })

  test("without a domain it is reached at the address that Cloud Run gives, and there is no load balancer", () => {
    const { ingress, defaultUriDisabled } = find(plan, "api", "gcp:cloudrunv2/").inputs
    assert.deepEqual([ingress, defaultUriDisabled], ["INGRESS_TRAFFIC_ALL", false])
    assert.equal(plan.outputs.url, `\${api.uri}`)
    assert.equal(plan.outputs.instructions, "none")
    assert.deepEqual(
      plan.resources.filter(({ name }) => name.startsWith("edge-") || name.startsWith("certificate")),
      [],
    )
    const kong = containerOf(find(plan, "api", "gcp:cloudrunv2/"), "kong")
    assert.equal(variable(kong, "KONG_TRUSTED_IPS"), "169.254.0.0/16,35.191.0.0/16,130.211.0.0/22")
  })
})
