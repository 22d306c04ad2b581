import assert from "node:assert/strict"
import { before, describe, test } from "node:test"
import { observeAzure } from "../../../infra/plan/observers/azure.ts"
import { type Plan, secretMark as secret } from "../../../infra/plan/resource.ts"
import { development, find, inputs, ofType, planStack, production } from "./plan.ts"

const placed = { resourceGroupName: "atlas-production", location: "westeurope" }

describe("the data of a production stack on Azure", () => {
  let plan: Plan
  before(async () => {
    plan = await planStack(production)
  })

  test("the database is private, locked, kept for 30 days and has a standby in another zone", () => {
    const { serverName, ...server } = inputs(find(plan, "dbforpostgresql:Server"))
    assert.match(String(serverName), /^atlas-production-database-[0-9a-f]{6}$/)
    assert.deepEqual(server, {
      ...placed,
      version: "17",
      sku: { name: "Standard_D4ds_v5", tier: "GeneralPurpose" },
      storage: { storageSizeGB: 128, autoGrow: "Enabled" },
      administratorLogin: "atlas",
      administratorLoginPassword: secret,
      // The empty text is the SDK's own default.
      authConfig: { passwordAuth: "Enabled", activeDirectoryAuth: "Disabled", tenantId: "" },
      network: {
        delegatedSubnetResourceId: `\${database-subnet.id}`,
        privateDnsZoneArmResourceId: `\${database-zone.id}`,
        publicNetworkAccess: "Disabled",
      },
      backup: { backupRetentionDays: 30, geoRedundantBackup: "Disabled" },
      highAvailability: { mode: "ZoneRedundant", standbyAvailabilityZone: "2" },
      availabilityZone: "1",
    })
    const zone = find(plan, "privatedns:PrivateZone", "database-zone").inputs
    assert.equal(zone.privateZoneName, "atlas-production.private.postgres.database.azure.com")
    const lock = find(plan, "authorization:ManagementLockByScope", "database-lock")
    assert.deepEqual([lock.inputs.scope, lock.inputs.level, lock.protect], [`\${database.id}`, "CanNotDelete", true])
  })

  test("its settings are made one after the other, and force TLS 1.2", () => {
    const settings = ofType(plan, "dbforpostgresql:Configuration")
    assert.deepEqual(
      settings.map(({ inputs }) => [inputs.configurationName, inputs.value]),
      [
        ["require_secure_transport", "ON"],
        ["ssl_min_protocol_version", "TLSv1.2"],
      ],
    )
    const [first, second] = settings
    assert.ok(first !== undefined && second?.dependencies.includes(first.urn))
    assert.ok(first.dependencies.includes(find(plan, "dbforpostgresql:Database").urn))
  })

  test("the cache is one piece with two nodes, TLS, a key and a private endpoint", () => {
    const { clusterName, ...cluster } = inputs(find(plan, "redisenterprise:RedisEnterprise"))
    assert.deepEqual(cluster, {
      ...placed,
      sku: { name: "Balanced_B0" },
      highAvailability: "Enabled",
      minimumTlsVersion: "1.2",
      publicNetworkAccess: "Disabled",
    })
    assert.deepEqual(inputs(find(plan, "redisenterprise:Database")), {
      resourceGroupName: "atlas-production",
      clusterName,
      databaseName: "default",
      port: 10_000,
      clientProtocol: "Encrypted",
      clusteringPolicy: "NoCluster",
      evictionPolicy: "AllKeysLRU",
      accessKeysAuthentication: "Enabled",
    })
    const { subnet, privateLinkServiceConnections } = find(plan, "network:PrivateEndpoint").inputs
    assert.deepEqual(subnet, {
      id: `\${endpoints-subnet.id}`,
      privateEndpointNetworkPolicies: "Disabled",
      privateLinkServiceNetworkPolicies: "Enabled",
    })
    assert.deepEqual(privateLinkServiceConnections, [
      { name: "cache", privateLinkServiceId: `\${cache.id}`, groupIds: ["redisEnterprise"] },
    ])
    assert.equal(
      find(plan, "privatedns:PrivateZone", "cache-zone").inputs.privateZoneName,
      "privatelink.redis.azure.net",
    )
  })

  test("the archive has no keys, takes TLS alone, is closed to strangers and kept for 30 days", () => {
    const { accountName, ...account } = inputs(find(plan, "storage:StorageAccount"))
    assert.match(String(accountName), /^atlasproductiona[a-z0-9]{8}$/)
    assert.deepEqual(account, {
      ...placed,
      kind: "StorageV2",
      sku: { name: "Standard_ZRS" },
      accessTier: "Cool",
      allowBlobPublicAccess: false,
      allowSharedKeyAccess: false,
      allowCrossTenantReplication: false,
      enableHttpsTrafficOnly: true,
      minimumTlsVersion: "TLS1_2",
      networkRuleSet: {
        bypass: "AzureServices",
        defaultAction: "Deny",
        virtualNetworkRules: [{ virtualNetworkResourceId: `\${groups-subnet.id}`, action: "Allow" }],
        ipRules: [
          { iPAddressOrRange: "203.0.113.0/24", action: "Allow" },
          { iPAddressOrRange: "198.51.100.7", action: "Allow" },
        ],
      },
    })
    const { policy } = find(plan, "storage:ManagementPolicy").inputs
    assert.deepEqual(policy, {
      rules: [
        {
          name: "expire",
          type: "Lifecycle",
          enabled: true,
          definition: {
            filters: { blobTypes: ["blockBlob"] },
            actions: {
              baseBlob: { delete: { daysAfterModificationGreaterThan: 30 } },
              version: { delete: { daysAfterCreationGreaterThan: 30 } },
            },
          },
        },
      ],
    })
    const lock = find(plan, "authorization:ManagementLockByScope", "archive-lock")
    assert.deepEqual([lock.inputs.scope, lock.protect], [`\${archive.id}`, true])
  })

  test("copies of the secrets lie in a vault that roles open, and that keeps what is deleted", () => {
    assert.deepEqual(
      ofType(plan, "keyvault:Secret")
        .map(({ inputs }) => inputs.secretName)
        .sort(),
      ["cache-url", "database-password", "database-url", "mobile-app-key", "operator-key", "web-app-key"].map(
        (name) => `atlas-production-${name}`,
      ),
    )
    for (const { inputs } of ofType(plan, "keyvault:Secret")) assert.equal(inputs.properties, secret)
    const properties = find(plan, "keyvault:Vault").inputs.properties as Record<string, unknown>
    const { enableRbacAuthorization, enablePurgeProtection, softDeleteRetentionInDays, networkAcls } = properties
    assert.deepEqual([enableRbacAuthorization, enablePurgeProtection, softDeleteRetentionInDays], [true, true, 90])
    assert.deepEqual(networkAcls, {
      bypass: "AzureServices",
      defaultAction: "Deny",
      ipRules: [{ value: "203.0.113.0/24" }, { value: "198.51.100.7/32" }],
    })
  })

  test("the image is pushed to a registry without a password, by whoever docker is signed in as", () => {
    const { registryName, ...registry } = inputs(find(plan, "containerregistry:Registry"))
    assert.match(String(registryName), /^[a-z0-9]{5,50}$/)
    assert.deepEqual([registry.adminUserEnabled, registry.anonymousPullEnabled], [false, false])
    const image = plan.resources.find(({ type }) => type === "docker-build:index:Image")?.inputs
    assert.ok(image !== undefined)
    assert.equal(image.registries, undefined)
    assert.match(
      String((image.tags as unknown[])[0]),
      /^\$\{registry\.loginServer\}\/atlas:\d+\.\d+\.\d+-[0-9a-f]{12}$/,
    )
  })

  test("all logs go to one workspace, kept for 30 days", () => {
    const { retentionInDays, sku } = find(plan, "operationalinsights:Workspace").inputs
    assert.deepEqual([retentionInDays, sku], [30, { name: "PerGB2018" }])
    assert.deepEqual(
      ofType(plan, "monitor:DiagnosticSetting")
        .map(({ inputs }) => [inputs.resourceUri, inputs.workspaceId, inputs.logs])
        .sort(),
      [
        ["database", "PostgreSQLLogs"],
        ["gateway", "ApplicationGatewayAccessLog"],
        ["vault", "AuditEvent"],
      ].map(([name, category]) => [`\${${name}.id}`, `\${logs.id}`, [{ category, enabled: true }]]),
    )
    for (const type of ["containerinstance:CGProfile", "containerinstance:ContainerGroup"]) {
      for (const { inputs } of ofType(plan, type)) {
        assert.deepEqual(inputs.diagnostics, {
          logAnalytics: { workspaceId: `\${logs.customerId}`, workspaceKey: secret, logType: "ContainerInstanceLogs" },
        })
      }
    }
  })

  test("each change of the database is read back, since its limit would hide one that is not", () => {
    const observed = (change: (text: string) => string) =>
      observeAzure(JSON.parse(change(JSON.stringify(plan.resources)))).database
    const sound = observed((text) => text)
    assert.deepEqual(sound, {
      version: 17,
      private: true,
      encrypted: true,
      tlsForced: true,
      capacity: { min: 8, max: 8 },
      pointInTime: 30 * 86_400,
      deletionProtection: true,
    })
    const changed = (from: string, to: string) =>
      observed((text) => {
        assert.ok(text.includes(from), from)
        return text.replaceAll(from, to)
      })
    assert.deepEqual(changed('"version":"17"', '"version":"16"'), { ...sound, version: 16 })
    assert.equal(changed('"delegatedSubnetResourceId"', '"other"')?.private, false)
    assert.equal(changed('"value":"ON"', '"value":"OFF"')?.tlsForced, false)
    assert.deepEqual(changed("Standard_D4ds_v5", "Standard_D8ds_v5")?.capacity, { min: 16, max: 16 })
    assert.equal(changed('"backupRetentionDays":30', '"backupRetentionDays":7')?.pointInTime, 7 * 86_400)
    assert.equal(changed('"CanNotDelete"', '"NotSpecified"')?.deletionProtection, false)
  })
})

describe("a development stack on Azure", () => {
  const image = `ghcr.io/you/atlas@sha256:${"ab".repeat(32)}`
  let plan: Plan
  before(async () => {
    plan = await planStack({ ...development, "atlas:image": image }, "dev")
  })

  test("it costs less, and can be taken away", () => {
    const server = find(plan, "dbforpostgresql:Server").inputs
    assert.deepEqual(server.sku, { name: "Standard_B4ms", tier: "Burstable" })
    assert.equal((server.highAvailability as Record<string, unknown>).mode, "Disabled")
    assert.deepEqual(server.storage, { storageSizeGB: 32, autoGrow: "Enabled" })
    assert.deepEqual(ofType(plan, "authorization:ManagementLockByScope"), [])
    assert.deepEqual(find(plan, "storage:StorageAccount").inputs.sku, { name: "Standard_LRS" })
    const vault = find(plan, "keyvault:Vault").inputs.properties as Record<string, unknown>
    assert.deepEqual([vault.softDeleteRetentionInDays, vault.enablePurgeProtection], [7, undefined])
    assert.deepEqual((vault.networkAcls as Record<string, unknown>).ipRules, [])
    assert.deepEqual(find(plan, "network:ApplicationGateway").inputs.autoscaleConfiguration, {
      minCapacity: 0,
      maxCapacity: 10,
    })
  })

  test("a given image is run as it is, and no registry made", () => {
    assert.equal(plan.outputs.release, image)
    assert.deepEqual(ofType(plan, "containerregistry:Registry"), [])
    for (const { name, inputs } of ofType(plan, "containerinstance:CGProfile")) {
      assert.equal(inputs.imageRegistryCredentials, undefined, name)
    }
    const roles = ofType(plan, "authorization:RoleAssignment").map(({ name }) => name)
    assert.ok(!roles.some((name) => name.endsWith("-images")), roles.join())
  })
})
