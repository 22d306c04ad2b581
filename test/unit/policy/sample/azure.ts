import type { PlannedResource } from "../../../../infra/plan/resource.ts"
import { after, answer, owned, resource, roots } from "./resource.ts"

const tagged = (inputs: PlannedResource["inputs"]) => ({ ...inputs, tags: owned })
const type = (name: string) => `azure-native:${name}`

const inbound = (name: string, port: string, source: string) => ({
  name,
  access: "Allow",
  direction: "Inbound",
  protocol: "Tcp",
  sourceAddressPrefix: source,
  destinationAddressPrefix: "10.0.0.0/24",
  destinationPortRange: port,
})
const closed = {
  name: "deny-inbound",
  access: "Deny",
  direction: "Inbound",
  protocol: "*",
  sourceAddressPrefix: "*",
  destinationAddressPrefix: "*",
  destinationPortRange: "*",
}

const network: readonly PlannedResource[] = [
  resource(
    "edge-group",
    type("network:NetworkSecurityGroup"),
    tagged({ securityRules: [inbound("http", "80", "Internet"), inbound("https", "443", "Internet"), closed] }),
  ),
  resource(
    "inner-group",
    type("network:NetworkSecurityGroup"),
    tagged({ securityRules: [inbound("database", "5432", "10.0.1.0/24"), closed] }),
  ),
  resource(
    "edge-subnet",
    type("network:Subnet"),
    { networkSecurityGroup: { id: answer("edge-group.id") } },
    after("edge-group"),
  ),
  resource(
    "groups-subnet",
    type("network:Subnet"),
    {
      networkSecurityGroup: { id: answer("inner-group.id") },
      delegations: [{ name: "groups", serviceName: "Microsoft.ContainerInstance/containerGroups" }],
      natGateway: { id: answer("nat.id") },
    },
    after("inner-group"),
  ),
  resource(
    "gateway",
    type("network:ApplicationGateway"),
    tagged({
      zones: ["1", "2"],
      sslPolicy: { policyType: "Predefined", policyName: "AppGwSslPolicy20220101" },
      httpListeners: [
        { name: "http", protocol: "Http" },
        { name: "https", protocol: "Https" },
      ],
      requestRoutingRules: [
        {
          httpListener: { id: "/gateway/httpListeners/http" },
          redirectConfiguration: { id: "/gateway/redirectConfigurations/https" },
        },
        {
          httpListener: { id: "/gateway/httpListeners/https" },
          backendAddressPool: { id: "/gateway/backendAddressPools/api" },
        },
      ],
    }),
    after("edge-subnet"),
  ),
]

const data: readonly PlannedResource[] = [
  resource(
    "database",
    type("dbforpostgresql:Server"),
    tagged({
      network: { delegatedSubnetResourceId: answer("database-subnet.id"), publicNetworkAccess: "Disabled" },
      backup: { backupRetentionDays: 30 },
      highAvailability: { mode: "ZoneRedundant" },
      administratorLoginPassword: "[secret]",
    }),
  ),
  resource("tls", type("dbforpostgresql:Configuration"), {
    configurationName: "require_secure_transport",
    value: "ON",
  }),
  resource(
    "lock",
    type("authorization:ManagementLockByScope"),
    { scope: answer("database.id"), level: "CanNotDelete" },
    { ...after("database"), protect: true },
  ),
  resource(
    "cache",
    type("redisenterprise:RedisEnterprise"),
    tagged({ highAvailability: "Enabled", minimumTlsVersion: "1.2", publicNetworkAccess: "Disabled" }),
  ),
  resource("cache-database", type("redisenterprise:Database"), {
    clientProtocol: "Encrypted",
    accessKeysAuthentication: "Enabled",
  }),
  resource(
    "archive",
    type("storage:StorageAccount"),
    tagged({
      accountName: "atlasarchive",
      allowBlobPublicAccess: false,
      allowSharedKeyAccess: false,
      enableHttpsTrafficOnly: true,
      minimumTlsVersion: "TLS1_2",
      networkRuleSet: { defaultAction: "Deny" },
    }),
  ),
  resource("exports", type("storage:BlobContainer"), { publicAccess: "None" }),
  resource(
    "lifecycle",
    type("storage:ManagementPolicy"),
    {
      accountName: "atlasarchive",
      policy: {
        rules: [
          {
            name: "expire",
            enabled: true,
            type: "Lifecycle",
            definition: { actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: 30 } } } },
          },
        ],
      },
    },
    after("archive"),
  ),
  resource(
    "vault",
    type("keyvault:Vault"),
    tagged({
      properties: {
        enableSoftDelete: true,
        enablePurgeProtection: true,
        enableRbacAuthorization: true,
        networkAcls: { defaultAction: "Deny" },
      },
    }),
  ),
]

const container = (name: string, environment: readonly object[]) => ({
  name,
  image: `registry.example.com/atlas@sha256:${"ab".repeat(32)}`,
  resources: { requests: { cpu: 1, memoryInGB: 1 }, limits: { cpu: 1, memoryInGB: 1 } },
  environmentVariables: environment,
  livenessProbe: { httpGet: { path: "/health", port: 8000 } },
  readinessProbe: { httpGet: { path: "/ready", port: 8000 } },
})

const collector = { ...container("collector", []), image: "prom/prometheus:v3.13.2" }

const rolling = { updateMode: "Rolling", rollingUpdateProfile: { inPlaceUpdate: false } }
const identity = (name: string) => ({ type: "UserAssigned", userAssignedIdentities: [answer(`${name}.id`)] })

const workloads: readonly PlannedResource[] = [
  resource(
    "api-profile",
    type("containerinstance:CGProfile"),
    tagged({
      containers: [
        container("optimizer", [
          { name: "LOG_LEVEL", value: "INFO" },
          { name: "DATABASE_URL", secureValue: "[secret]" },
        ]),
        { ...container("kong", []), image: "kong:3.9.3" },
        collector,
      ],
      ipAddress: { type: "Private" },
    }),
  ),
  resource(
    "api-groups",
    type("containerinstance:NGroup"),
    tagged({
      zones: ["1", "2"],
      identity: identity("api"),
      elasticProfile: { desiredCount: 3 },
      containerGroupProfiles: [
        {
          resource: { id: answer("api-profile.id") },
          networkProfile: { loadBalancer: { backendAddressPools: [{ resource: answer("pool.id") }] } },
        },
      ],
      updateProfile: rolling,
    }),
    after("api-profile"),
  ),
  resource(
    "scaler-profile",
    type("containerinstance:CGProfile"),
    tagged({
      containers: [container("optimizer", [{ name: "SCALING", value: '{"api":{"min":2,"max":10}}' }]), collector],
    }),
  ),
  resource(
    "gate",
    type("containerinstance:ContainerGroup"),
    tagged({ containers: [container("gate", [])], identity: identity("api") }),
  ),
]

const platform: readonly PlannedResource[] = [
  resource("registry", type("containerregistry:Registry"), tagged({ adminUserEnabled: false })),
  resource("role", type("authorization:RoleDefinition"), {
    permissions: [{ actions: ["Microsoft.ContainerInstance/nGroups/read"], dataActions: [] }],
  }),
  resource("assignment", type("authorization:RoleAssignment"), {
    roleDefinitionId: "/providers/Microsoft.Authorization/roleDefinitions/7f951dda-4ed3-4680-a7ca-43fe172d538d",
    scope: answer("registry.id"),
  }),
  resource(
    "alerts",
    type("alertsmanagement:PrometheusRuleGroup"),
    tagged({ rules: [{ alert: "One", actions: [{ actionGroupId: answer("mail.id") }] }] }),
  ),
  resource("logs", type("operationalinsights:Workspace"), tagged({ retentionInDays: 30 })),
]

/** A stack on Azure. */
export const azure: readonly PlannedResource[] = [...roots, ...network, ...data, ...workloads, ...platform]
