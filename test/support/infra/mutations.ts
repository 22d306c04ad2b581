import type { WorkloadName } from "../../../app/contract/roles.ts"
import type { FacetName } from "../../../infra/plan/observation.ts"
import type { PlannedResource } from "../../../infra/plan/resource.ts"
import type { StackSpec } from "../../../infra/spec/stack-spec.ts"

/** One change of a facet: of the spec, or of the planned resources where the spec has no other value. */
export interface Mutation {
  readonly spec?: (spec: StackSpec) => StackSpec
  readonly resources?: (resources: readonly PlannedResource[]) => readonly PlannedResource[]
  /** What a target says that refuses it. */
  readonly refused?: RegExp
}

type Workload = StackSpec["workloads"]["api"]

const ofWorkloads = (change: (old: Workload) => Partial<Workload>, names: readonly WorkloadName[] = ["api"]) => ({
  spec: (spec: StackSpec): StackSpec => ({
    ...spec,
    workloads: Object.assign(
      {},
      spec.workloads,
      ...names.map((name) => ({ [name]: { ...spec.workloads[name], ...change(spec.workloads[name]) } })),
    ),
  }),
})
const ofPart = <Part extends keyof StackSpec>(
  part: Part,
  change: (old: StackSpec[Part]) => Partial<StackSpec[Part]>,
) => ({
  spec: (spec: StackSpec): StackSpec => ({ ...spec, [part]: Object.assign({}, spec[part], change(spec[part])) }),
})

/** Rewrites the members of a name at any depth; undefined drops them. */
const rewrite = (resources: readonly PlannedResource[], name: string, value: unknown): readonly PlannedResource[] =>
  JSON.parse(JSON.stringify(resources, (key, old) => (key === name ? value : old)))

/** Gives each digest of an image, by its place among all of them, another end. */
function rewriteDigests(resources: readonly PlannedResource[], end: (place: number) => string) {
  let place = 0
  const text = JSON.stringify(resources).replaceAll(/@sha256:[0-9a-f]{64}/g, () => end(place++))
  return JSON.parse(text) as readonly PlannedResource[]
}

/** Sets the members of these names, wherever they stand: one change, in the words of each cloud. */
const set = (members: Readonly<Record<string, unknown>>): Mutation => ({
  resources: (resources) =>
    Object.entries(members).reduce((changed, [name, value]) => rewrite(changed, name, value), resources),
})

const without = (resources: readonly PlannedResource[], types: RegExp): readonly PlannedResource[] =>
  resources.filter(({ type }) => !types.test(type))

/** Leaves out the resources of these types. */
const drop = (types: RegExp): Mutation => ({ resources: (resources) => without(resources, types) })

/** An older protocol, by the members that say it on the clouds. */
const weakTls: Readonly<Record<string, string>> = {
  sslPolicy: "ELBSecurityPolicy-TLS13-1-0-2021-06",
  minTlsVersion: "TLS_1_0",
  policyName: "AppGwSslPolicy20170401",
}

/** Those that follow the contract alone are changed in contract.test.ts. */
type OfContract = "port" | "liveness" | "readiness" | "body" | "bursts" | "concurrency"

/** Every facet, and changes of it that a target must show. */
export const mutations: Readonly<Record<Exclude<FacetName, OfContract>, readonly Mutation[]>> = {
  // An image by tag is refused by every target, so it cannot be asked for.
  image: [
    { resources: (resources) => rewriteDigests(resources, () => ":latest") },
    { resources: (resources) => rewriteDigests(resources, (place) => `@sha256:${String(place).padStart(64, "0")}`) },
  ],
  user: [
    set({ runAsNonRoot: false, user: "0:0" }),
    set({ readOnlyRootFilesystem: false, read_only: false }),
    set({ drop: [], cap_drop: [] }),
    set({ allowPrivilegeEscalation: true, security_opt: [] }),
  ],
  size: [
    ofWorkloads(({ size }) => ({ size: { ...size, limit: { cpu: "2 vCPU", memory: "2 GiB" } } })),
    ofWorkloads(({ size }) => ({ size: { ...size, request: { cpu: "0.5 vCPU", memory: "1.5 GiB" } } }), ["worker"]),
    ofPart("gatewaySize", ({ request }) => ({ limit: { ...request, memory: "2 GiB" } }) as const),
  ],
  replicas: [
    ofWorkloads(({ replicas }) => ({ replicas: { ...replicas, min: 3 } })),
    ofWorkloads(({ replicas }) => ({ replicas: { ...replicas, max: 9 } }), ["worker"]),
  ],
  scaling: [
    ofWorkloads(({ scaling }) => ({ scaling: { ...scaling, signals: { ...scaling.signals, cpuPercent: 60 } } })),
    ofWorkloads(({ scaling }) => ({ scaling: { ...scaling, signals: { ...scaling.signals, memoryPercent: 60 } } })),
    ofWorkloads(({ scaling }) => ({ scaling: { ...scaling, signals: { ...scaling.signals, requestsPerSecond: 90 } } })),
    ofWorkloads(({ scaling }) => ({ scaling: { ...scaling, signals: { queuedJobs: 5 } } }), ["worker"]),
    ofWorkloads(({ scaling }) => ({ scaling: { ...scaling, up: { ...scaling.up, percentPerMinute: 60 } } }), ["api"]),
    ofWorkloads(
      ({ scaling }) => ({ scaling: { ...scaling, down: { ...scaling.down, after: "200 seconds" } } }),
      ["api"],
    ),
  ],
  timeout: [ofPart("edge", () => ({ idleTimeout: "200 seconds" }) as const)],
  rollout: [
    // A release that waits for nothing.
    { resources: (resources) => resources.map((resource) => ({ ...resource, dependencies: [] })) },
    set({ maxUnavailable: 1, traffics: undefined, inPlaceUpdate: true }),
  ],
  gateway: [
    ofPart("gateway", () => ({ limits: { minute: 61, hour: 1000 } })),
    ofPart("gateway", () => ({ retries: 2 })),
    ofPart("gateway", () => ({ consumers: ["web-app"] })),
    ofPart("gateway", ({ cors }) => ({ cors: { ...cors, origins: ["https://other.example.com"] } })),
    ofPart("gateway", () => ({ readTimeout: "200 seconds", writeTimeout: "200 seconds" }) as const),
  ],
  edge: [
    {
      resources: (resources) =>
        JSON.parse(
          JSON.stringify(resources, (key, old) => weakTls[key] ?? old).replaceAll(
            "ssl_protocols TLSv1.2",
            "ssl_protocols TLSv1.1",
          ),
        ),
    },
    set({ redirect: undefined, defaultUrlRedirect: undefined, redirectConfiguration: undefined, path: undefined }),
  ],
  database: [
    { ...ofPart("database", () => ({ version: 16 })), refused: /^PostgreSQL 16 has no Aurora version here/ },
    ofPart("database", () => ({ capacity: { min: 4, max: 16 } })),
    ofPart("database", () => ({ pointInTime: "7 days" }) as const),
    ofPart("database", ({ deletionProtection }) => ({ deletionProtection: !deletionProtection })),
    set({ publiclyAccessible: true, ipv4Enabled: true }),
    set({ storageEncrypted: false }),
    drop(/:ClusterParameterGroup$/),
  ],
  cache: [
    { ...ofPart("cache", () => ({ nodes: 3 })), refused: /^Azure Managed Redis has 1 or 2 nodes, not 3/ },
    set({ automaticFailoverEnabled: false, tier: "BASIC", highAvailability: "Disabled" }),
    set({ transitEncryptionMode: "preferred", clientProtocol: "Plaintext" }),
    set({ authToken: undefined, authEnabled: undefined, accessKeysAuthentication: "Disabled" }),
    set({ subnetGroupName: undefined, authorizedNetwork: undefined, publicNetworkAccess: "Enabled" }),
  ],
  // Where pods take them by reference, and where they mount them from the store.
  secrets: [set({ secretKeyRef: undefined, objects: "[]" }), drop(/:Secret(Version)?$/)],
  identity: [
    set({
      serviceAccountName: "all",
      roleArn: "arn:of-all",
      serviceAccount: "all",
      userAssignedIdentities: ["id-of-all"],
    }),
  ],
  network: [
    ofPart("network", () => ({ cidr: "10.1.0.0/16" })),
    ofPart("network", () => ({ zones: 3 })),
    drop(/:(?:NetworkPolicy|Firewall|NetworkSecurityGroup)$/),
    // Of a cloud without a default group, the groups that guard its subnets.
    {
      resources: (resources) =>
        rewrite(without(resources, /:(?:DefaultSecurityGroup|Firewall)$/), "networkSecurityGroup", undefined),
    },
  ],
  backups: [ofPart("backups", () => ({ keep: "60 days" }) as const)],
  dashboards: [
    set({ dashboardJson: "{}", serializedData: "{}" }),
    drop(/:dashboard(?:Definition)?:|:DashboardDefinition$/),
  ],
  alerts: [
    ofPart("alerts", () => ({ availability: 0.99 })),
    ofPart("alerts", () => ({ queueAge: "300 seconds" }) as const),
    ofPart("alerts", () => ({ email: "other@atlas-test.dev" })),
    drop(/:(?:AlertManagerDefinition|ActionGroup|PrometheusRuleGroup)$/),
  ],
  logs: [ofPart("logs", () => ({ keep: "60 days" }) as const)],
}

/** The change of the spec that stands for a facet: one that every target takes, where there is one. */
export const changeOfSpec = (facet: keyof typeof mutations): Mutation | undefined => {
  const changes = mutations[facet].filter(({ spec }) => spec !== undefined)
  return changes.find(({ refused }) => refused === undefined) ?? changes[0]
}
