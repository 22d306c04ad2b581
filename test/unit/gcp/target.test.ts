import assert from "node:assert/strict"
import { before, describe, test } from "node:test"
import { routes } from "../../../app/contract/routes.ts"
import { liveness, readiness, service } from "../../../app/contract/service.ts"
import { observabilityOf } from "../../../infra/observability/index.ts"
import { findingsOf } from "../../../infra/policy/index.ts"
import { unlabelled } from "../../../infra/policy/rules/gcp/unlabelled.ts"
import { defaultSpec } from "../../../infra/spec/defaults.ts"
import { gatewayPorts } from "../../../infra/spec/gateway.ts"
import { services } from "../../../infra/targets/gcp/services.ts"
import {
  assertBefore,
  containerOf,
  development,
  find,
  ofType,
  planStack,
  production,
  type TargetPlan,
  templateOf,
  variable,
} from "./plan.ts"

/** What is watched of a stack with a domain. */
const spec = defaultSpec("production")
const domain = production["atlas:domain"]
const described = observabilityOf({ ...spec, edge: { ...spec.edge, domain } })

const owned = { project: "atlas", stack: "production", environment: "production", "managed-by": "pulumi" }

describe("a production stack on Google Cloud", () => {
  let plan: TargetPlan
  before(async () => {
    plan = await planStack(production)
  })
  const runner = (name: string) => find(plan, name, "gcp:cloudrunv2/")

  test("every resource has a parent, and every one that takes labels is marked as the stack's", () => {
    const stack = plan.resources.find(({ type }) => type === "pulumi:pulumi:Stack")
    for (const { type, name, parent, inputs } of plan.resources) {
      if (type !== "pulumi:pulumi:Stack" && type !== "atlas:stack:AtlasStack") {
        assert.ok(parent !== undefined && parent !== stack?.urn, `${type} ${name}`)
      }
      if (!type.startsWith("gcp:") || unlabelled.includes(type)) continue
      const settings = inputs.settings as { userLabels?: unknown } | undefined
      assert.deepEqual(inputs.userLabels ?? inputs.labels ?? settings?.userLabels, owned, `${type} ${name}`)
    }
  })

  test("alerts and the dashboard ask for the series of the stack's own service, and write to the address", () => {
    const policies = ofType(plan, "gcp:monitoring/alertPolicy:AlertPolicy")
    assert.deepEqual(
      policies.map(({ name }) => name.replace("alert-", "")),
      described.alerts.map(({ name }) => name),
    )
    const own = `namespace=~"${["api", "worker", "scaler"].map((name) => runner(name).inputs.name).join("|")}"`
    const outside = `monitored_resource="uptime_url",host="${domain}"`
    for (const { name, inputs } of policies) {
      assert.deepEqual(inputs.notificationChannels, [`\${alerts-mail.id}`])
      const [condition] = inputs.conditions as readonly { conditionPrometheusQueryLanguage: { query: string } }[]
      const { query = "" } = condition?.conditionPrometheusQueryLanguage ?? {}
      const asks = name === "alert-CertificateEndsSoon" ? outside : own
      assert.equal(query.split("{").length, query.split(`{${asks}`).length, query)
      assert.ok(query.includes(asks))
    }
    const channel = find(plan, "alerts-mail", "gcp:monitoring/").inputs
    assert.deepEqual([channel.type, channel.labels], ["email", { email_address: "oncall@example.com" }])
    const board = JSON.parse(String(find(plan, "dashboard", "gcp:monitoring/").inputs.dashboardJson))
    const tiles: readonly { xPos: number; width: number }[] = board.mosaicLayout.tiles
    assert.equal(tiles.length, described.panels.length)
    for (const { xPos, width } of tiles) assert.ok(xPos + width <= board.mosaicLayout.columns)
  })

  test("no policy finds anything, in any environment", async () => {
    assert.deepEqual(findingsOf(plan.resources, { environment: "production" }), [])
    const staging = await planStack({ ...production, "atlas:environment": "staging" }, "staging")
    assert.deepEqual(findingsOf(staging.resources, { environment: "staging" }), [])
    const dev = await planStack(development, "dev")
    assert.deepEqual(findingsOf(dev.resources, { environment: "development" }), [])
  })

  test("the services of Google Cloud are enabled before all else, and stay so", () => {
    const enabled = ofType(plan, "gcp:projects/service:Service")
    assert.deepEqual(
      enabled.map(({ inputs }) => inputs),
      services.map((name) => ({
        project: "atlas-example",
        service: `${name}.googleapis.com`,
        disableOnDestroy: false,
      })),
    )
    const urns = enabled.map(({ urn }) => urn)
    for (const { type, name, dependencies } of plan.resources) {
      if (!type.startsWith("gcp:") || type === "gcp:projects/service:Service") continue
      assert.ok(
        urns.every((urn) => dependencies.includes(urn)),
        `${type} ${name}`,
      )
    }
  })

  test("a replica is Kong, in which requests enter, the api behind it, and their collector", () => {
    const api = runner("api")
    const { containers, ...template } = templateOf(api)
    assert.deepEqual(
      containers.map(({ name, ports, dependsOns }) => [name, ports, dependsOns]),
      [
        ["kong", { containerPort: gatewayPorts.proxy }, ["optimizer"]],
        ["optimizer", undefined, undefined],
        ["collector", undefined, ["optimizer"]],
      ],
    )
    const { labels: _, volumes: __, vpcAccess: ___, ...rest } = template
    assert.deepEqual(rest, {
      annotations: { "atlas/gate": find(plan, "gate").inputs.runExecutionToken },
      serviceAccount: `\${api-identity.email}`,
      executionEnvironment: "EXECUTION_ENVIRONMENT_GEN2",
      maxInstanceRequestConcurrency: service.concurrency,
      timeout: "300s",
      scaling: { minInstanceCount: 2, maxInstanceCount: 10, cpuUtilization: 0.7 },
    })
    const { ingress, defaultUriDisabled, invokerIamDisabled, launchStage, deletionProtection, traffics } = api.inputs
    assert.deepEqual(
      [ingress, defaultUriDisabled, invokerIamDisabled, launchStage, deletionProtection],
      ["INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER", true, true, "BETA", false],
    )
    assert.deepEqual(traffics, [{ type: "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", percent: 100 }])
    assert.deepEqual(
      containers.map(({ resources }) => resources),
      [
        ["500m", "1Gi"],
        ["1", "2Gi"],
        ["250m", "512Mi"],
      ].map(([cpu, memory]) => ({ limits: { cpu, memory }, cpuIdle: false, startupCpuBoost: true })),
    )
  })

  test("workers and the scaler stand beside their collector, which reads the app alone", () => {
    for (const name of ["worker", "scaler"]) {
      const { containers, volumes } = templateOf(runner(name))
      assert.deepEqual(
        containers.map((container) => [container.name, container.dependsOns]),
        [
          ["optimizer", undefined],
          ["collector", ["optimizer"]],
        ],
      )
      assert.deepEqual(containers[1]?.resources, { limits: { cpu: "250m", memory: "512Mi" } })
      assert.deepEqual(volumes, [
        {
          name: "collector",
          secret: {
            secret: `atlas-production-${name}-collector-config`,
            defaultMode: 0o444,
            items: [{ path: "config.yaml", version: `\${${name}-collector-config-version.version}` }],
          },
        },
      ])
    }
  })

  test("the certificate is watched from outside, by the domain's own health", () => {
    const { monitoredResource, httpCheck } = find(plan, "certificate-check").inputs
    assert.deepEqual(monitoredResource, { type: "uptime_url", labels: { project_id: "atlas-example", host: domain } })
    assert.deepEqual(httpCheck, { path: routes.health, port: 443, useSsl: true, validateSsl: true })
    const board = JSON.parse(String(find(plan, "dashboard", "gcp:monitoring/").inputs.dashboardJson))
    const [tile] = board.mosaicLayout.tiles.filter(
      ({ widget }: { widget: { title: string } }) => widget.title === "Certificate",
    )
    assert.equal(
      tile.widget.xyChart.dataSets[0].timeSeriesQuery.prometheusQuery,
      `(min(monitoring_googleapis_com:uptime_check_time_until_ssl_cert_expires{monitored_resource="uptime_url",host="${domain}"}) * 86400) / 86400`,
    )
  })

  test("containers are asked as the contract says, within what Cloud Run takes", () => {
    const startup = { periodSeconds: 2, timeoutSeconds: 1, failureThreshold: 30 }
    const { path: alive, ...livenessTiming } = liveness
    const { path: able, initialDelaySeconds: _, ...readinessTiming } = readiness
    const probes = (port: number, live: string, ready: string) => ({
      startupProbe: { httpGet: { path: live, port }, ...startup },
      livenessProbe: { httpGet: { path: live, port }, ...livenessTiming },
      readinessProbe: { httpGet: { path: ready, port }, ...readinessTiming, successThreshold: 1 },
    })
    const of = (name: string, container: string) => {
      const { startupProbe, livenessProbe, readinessProbe } = containerOf(runner(name), container)
      return { startupProbe, livenessProbe, readinessProbe }
    }
    const app = probes(service.port, alive, able)
    assert.deepEqual(of("api", "optimizer"), app)
    assert.deepEqual(of("api", "kong"), probes(gatewayPorts.status, "/status", "/status/ready"))
    for (const name of ["worker", "scaler"]) {
      assert.deepEqual(of(name, "optimizer"), { ...app, readinessProbe: undefined })
    }
    // An answer may take less than a period, and a start at most 240 s.
    assert.ok(startup.timeoutSeconds < startup.periodSeconds && startup.periodSeconds * startup.failureThreshold <= 240)
  })

  test("Kong reads its configuration and the cache's authority from secrets, and knows who stands before it", () => {
    const kong = containerOf(runner("api"), "kong")
    assert.equal(variable(kong, "KONG_DECLARATIVE_CONFIG"), "/etc/atlas/kong.yml")
    assert.equal(variable(kong, "KONG_PREFIX"), "/tmp/kong")
    assert.equal(variable(kong, "KONG_LUA_SSL_TRUSTED_CERTIFICATE"), "system,/etc/atlas-authorities/redis-ca")
    assert.equal(
      variable(kong, "KONG_TRUSTED_IPS"),
      `169.254.0.0/16,35.191.0.0/16,130.211.0.0/22,\${edge-address.address}/32`,
    )
    assert.equal(kong.image, "europe-west3-docker.pkg.dev/atlas-example/atlas-production-mirror/library/kong:3.9.3")
    const file = (name: string, secret: string, path: string) => ({
      name,
      secret: {
        secret: `atlas-production-${secret}`,
        defaultMode: 0o444,
        items: [{ path, version: `\${${secret}-version.version}` }],
      },
    })
    assert.deepEqual(templateOf(runner("api")).volumes, [
      file("gateway", "gateway-config", "kong.yml"),
      file("authorities", "redis-ca", "redis-ca"),
      file("collector", "api-collector-config", "config.yaml"),
    ])
  })

  test("each process does what its command and roles say, on the image by digest, and PORT is nobody's", () => {
    for (const [name, command, roles] of [
      ["api", "serve", "optimizer,models,results"],
      ["worker", "serve", "worker"],
      ["scaler", "serve", "scaler"],
      ["gate", "gate", "optimizer,models,results"],
    ] as const) {
      const app = containerOf(runner(name), "optimizer")
      assert.deepEqual(app.args, [command])
      assert.equal(variable(app, "ROLES"), roles)
      assert.equal(variable(app, "AUTH"), "gateway")
      assert.equal(app.image, plan.outputs.release)
      assert.ok(!app.envs?.some((one) => one.name === "PORT" || one.name === "HTTP_PORT"), name)
    }
    assert.match(String(plan.outputs.release), /@sha256:[0-9a-f]{64}$/)
    assert.equal(variable(containerOf(runner("scaler"), "optimizer"), "DATABASE_POOL_SIZE"), "2")
  })

  test("workers begin with the first count, and from then on the scaler has it", () => {
    for (const name of ["worker", "scaler"]) {
      assert.deepEqual(runner(name).inputs.scaling, { scalingMode: "MANUAL", manualInstanceCount: 1 })
      assert.deepEqual(plan.options.get(name)?.ignoreChanges, ["scaling.manualInstanceCount"])
      assert.deepEqual(runner(name).inputs.instanceSplits, [
        { type: "INSTANCE_SPLIT_ALLOCATION_TYPE_LATEST", percent: 100 },
      ])
    }
    const scaling = JSON.parse(variable(containerOf(runner("scaler"), "optimizer"), "SCALING") ?? "")
    assert.deepEqual(scaling, {
      worker: {
        resource: `\${worker.id}`,
        min: 1,
        max: 10,
        signals: { queuedJobs: 10 },
        up: { percentPerMinute: 50, afterSeconds: 60 },
        down: { percentPerMinute: 10, afterSeconds: 300 },
      },
    })
  })

  test("the gate is a job that is waited for, run anew by whatever it proves", () => {
    const { template: outer, runExecutionToken, name, deletionProtection } = find(plan, "gate").inputs
    assert.match(String(runExecutionToken), /^[0-9a-f]{12}$/)
    assert.ok(String(name).length + String(runExecutionToken).length < 63)
    assert.equal(deletionProtection, false)
    const { taskCount, parallelism } = outer as Record<string, unknown>
    const { timeout, maxRetries } = templateOf(runner("gate"))
    assert.deepEqual([taskCount, parallelism, timeout, maxRetries], [1, 1, "120s", 0])
    const { customTimeouts, deleteBeforeReplace } = plan.options.get("gate") ?? {}
    assert.deepEqual([customTimeouts, deleteBeforeReplace], [{ create: "720s", update: "720s" }, true])
    for (const name of ["api", "worker", "scaler"]) {
      assert.deepEqual(templateOf(runner(name)).annotations, { "atlas/gate": runExecutionToken })
    }
  })

  test("network, grants and data come before the gate, the gate before what serves, and that before the edge", () => {
    assertBefore(plan, runner("gate"), [
      ...["to-database", "to-cache", "deny-out", "deny-in", "google-route", "google-names"],
      ...["peering", "database", "database-user", "database-schema", "database-address", "cache", "image"],
      ...["gate-reads-database-url", "gate-reads-redis-url", "gate-reads-operator-key", "logs"],
    ])
    assertBefore(plan, runner("api"), ["gate", "api-reads-gateway-config", "api-reads-redis-ca", "api-writes-metrics"])
    assertBefore(plan, runner("worker"), [
      "gate",
      "worker-writes-metrics",
      "worker-reads-database-url",
      "worker-archive-objectCreator",
    ])
    assertBefore(plan, runner("scaler"), ["gate", "worker", "scaler-sets-counts", "scaler-acts-as-worker"])
    assertBefore(plan, find(plan, "edge-https-rule"), ["api", "certificate-map-entry", "certificate-record"])
  })

  test("the outputs say how to reach each part, without a secret", () => {
    const where = "--project atlas-example --region europe-west3"
    assert.deepEqual(plan.outputs.reach, {
      service: `gcloud run services describe atlas-production-api ${where}`,
      workers: `gcloud run worker-pools describe atlas-production-worker ${where}`,
      gate: `gcloud run jobs executions list --job atlas-production-gate ${where}`,
      logs: "gcloud logging read '' --project atlas-example --location europe-west3 --bucket atlas-production-logs --view _AllLogs --limit 100",
      metrics: "https://console.cloud.google.com/monitoring/metrics-explorer?project=atlas-example",
      database: "https://console.cloud.google.com/sql/instances/atlas-production-database/studio?project=atlas-example",
      databasePassword: `gcloud secrets versions access \${database-password-version.version} --project atlas-example --secret atlas-production-database-password`,
      cache: `\${cache.host}:6378`,
      registry: "europe-west3-docker.pkg.dev/atlas-example/atlas-production/atlas",
    })
  })

  test("a plan shows no secret", () => {
    const shown = JSON.stringify([plan.resources, plan.outputs])
    assert.doesNotMatch(shown, /\.result\}|authString|accessToken|postgres:\/\/|rediss?:\/\/|_format_version/)
    for (const { inputs } of ofType(plan, "gcp:secretmanager/secretVersion:SecretVersion")) {
      assert.equal(inputs.secretData, "[secret]")
    }
  })
})
