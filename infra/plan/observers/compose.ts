import type { Observation, ObservedSize } from "../observation.ts"
import type { PlannedResource } from "../resource.ts"
import { observeKong } from "./kong.ts"
import { Value } from "./values.ts"
import { grafanaPanels, groupsOf, prometheusRules } from "./watched.ts"

/** What the services and files of a compose project say of the stack. */
export function observeCompose(resources: readonly PlannedResource[]): Observation {
  const inputs = (kind: string) => resources.flatMap((one) => (one.type === `atlas:compose:${kind}` ? [one] : []))
  const services = inputs("Service").map(({ name, inputs }) => ({ name, value: new Value(inputs).at("definition") }))
  const of = (command: string) => services.filter(({ value }) => value.at("command", 0).text === command)
  const files = inputs("File").map((one) => new Value(one.inputs))
  const text = (end: RegExp) => files.find((file) => end.test(file.at("path").text ?? ""))?.at("text").text
  // A service of a profile is not there until somebody asks for it.
  const always = services.filter(({ value }) => !value.at("profiles").exists)
  const isRead = (end: RegExp) =>
    always.some(({ value }) => value.at("volumes").items.some((volume) => end.test(volume.at("source").text ?? "")))
  const [kong, nginx] = [text(/kong\.yml$/), text(/nginx\.conf$/)]
  const apis = of("serve").filter(({ value }) => /optimizer/.test(value.at("environment", "ROLES").text ?? ""))
  const workers = of("serve").filter((one) => !apis.includes(one))
  const gates = of("gate")
  const gateways = services.filter(({ value }) => value.at("environment", "KONG_DATABASE").exists)
  const [api, worker, gateway] = [apis[0]?.value, workers[0]?.value, gateways[0]?.value]
  if (kong === undefined || nginx === undefined || !api || !worker || !gateway) return {}
  const policy = observeKong(kong)
  const directive = (name: string) => new RegExp(`^\\s*${name} (.+);$`, "m").exec(nginx)?.[1]
  const listened = /:(\d+)$/.exec(gateway.at("environment", "KONG_PROXY_LISTEN").text ?? "")?.[1]
  const app = [...apis, ...workers, ...gates].map(({ value }) => value)
  return {
    image: imageOf(app),
    user: userOf([...app, ...gateways.map(({ value }) => value)]),
    port: { api: policy.upstreamPort, gateway: Number(listened) },
    size: { api: sizeOf(api), worker: sizeOf(worker), gateway: sizeOf(gateway) },
    replicas: {
      api: exactly(apis.length),
      worker: exactly(workers.reduce((sum, { value }) => sum + (value.at("deploy", "replicas").number ?? 1), 0)),
    },
    concurrency: api.at("environment", "CONCURRENCY").number ?? Number.NaN,
    timeout: Number(/^(\d+)s$/.exec(directive("proxy_read_timeout") ?? "")?.[1]),
    // A body must pass both.
    body: Math.min(policy.body, Number(/^(\d+)m$/.exec(directive("client_max_body_size") ?? "")?.[1]) * 2 ** 20),
    rollout: {
      unavailable: Math.max(awayAtOnce(apis, text(/release\.sh$/)), workers.length),
      gateBeforeServing: [...apis, ...workers].every(({ value }) =>
        gates.some(({ name }) => value.at("depends_on", name, "condition").text === "service_completed_successfully"),
      ),
    },
    gateway: policy.gateway,
    bursts: { api: rateOf(api, "API"), optimize: rateOf(api, "OPTIMIZE") },
    edge: {
      minimumTls: /^TLSv(\S+)/.exec(directive("ssl_protocols") ?? "")?.[1] ?? "",
      redirect: (directive("return 301") ?? "").startsWith("https://"),
    },
    dashboards: { panels: grafanaPanels(text(/dashboard\.json$/)), shown: isRead(/dashboard\.json$/) },
    ...(isRead(/rules\.yaml$/) ? { alerts: { rules: prometheusRules(groupsOf(text(/rules\.yaml$/))), mail: [] } } : {}),
  }
}

/** Docker Compose ends all that it replaces before it starts what comes after: a script names a replica, and waits for it. */
function awayAtOnce(apis: readonly { readonly name: string }[], script = ""): number {
  const waits = /^ {2}docker compose up .*--wait /m.test(script)
  const steps = [...script.matchAll(/^replace (.+)$/gm)].map(([, named = ""]) => named.split(" "))
  const together = steps.map((step) => apis.filter(({ name }) => step.includes(name)).length)
  const replaced = together.reduce((sum, count) => sum + count, 0)
  return waits && replaced === apis.length ? Math.max(...together) : apis.length
}

const exactly = (count: number) => ({ min: count, max: count })

function imageOf(app: readonly Value[]) {
  const references = app.map((one) => one.at("image").text ?? "")
  return {
    byDigest: references.every((reference) => /@sha256:[0-9a-f]{64}$/.test(reference)),
    sameForAll: new Set(references).size === 1,
  }
}

function userOf(all: readonly Value[]) {
  const uids = all.map((one) => Number(/^\d+/.exec(one.at("user").text ?? "0")?.[0]))
  const has = (one: Value, member: string, item: string) => one.at(member).texts.includes(item)
  return {
    uid: uids[0] ?? Number.NaN,
    nonRoot: uids.every((uid) => uid > 0),
    readOnlyRoot: all.every((one) => one.at("read_only").isTrue),
    dropsAll: all.every((one) => has(one, "cap_drop", "ALL") && !one.at("cap_add").exists),
    escalation: !all.every((one) => has(one, "security_opt", "no-new-privileges:true")),
  }
}

function sizeOf(service: Value): ObservedSize {
  const size = (name: string) => ({
    cpu: service.at("deploy", "resources", name, "cpus").number ?? Number.NaN,
    memory: Number(/^(\d+)m$/.exec(service.at("deploy", "resources", name, "memory").text ?? "")?.[1]) * 2 ** 20,
  })
  return { request: size("reservations"), limit: size("limits") }
}

const rateOf = (api: Value, kind: string) => ({
  perSecond: api.at("environment", `${kind}_RATE`).number ?? Number.NaN,
  burst: api.at("environment", `${kind}_BURST`).number ?? Number.NaN,
})
