import assert from "node:assert/strict"
import { test } from "node:test"
import { kubernetes } from "../../../infra/targets/kubernetes/index.ts"
import { type Registered, register } from "./register.ts"
import { contextOf, production, values } from "./stack.ts"

/** The validators of `kubernetes-models` are made from the API's own OpenAPI, the others from the projects' own CRDs. */
type Models = Readonly<Record<string, new (value: unknown) => { validate(): void }>>
const models: Readonly<Record<string, Models>> = {
  v1: await import("kubernetes-models/v1"),
  "apps/v1": await import("kubernetes-models/apps/v1"),
  "batch/v1": await import("kubernetes-models/batch/v1"),
  "policy/v1": await import("kubernetes-models/policy/v1"),
  "networking.k8s.io/v1": await import("kubernetes-models/networking.k8s.io/v1"),
  "keda.sh/v1alpha1": await import("@kubernetes-models/keda/keda.sh/v1alpha1"),
  "monitoring.coreos.com/v1": await import("@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1"),
} as unknown as Readonly<Record<string, Models>>

function validate({ inputs }: Pick<Registered, "inputs">): void {
  const { apiVersion, kind } = inputs as { apiVersion: string; kind: string }
  const Model = models[apiVersion]?.[kind]
  assert.ok(Model, `there is no schema of ${apiVersion} ${kind}`)
  new Model(inputs).validate()
}

const { registered } = await register(kubernetes, contextOf())
const objects = registered.filter(({ type }) => type.startsWith("kubernetes:"))

test("every object fits the API's own schema", () => {
  assert.equal(objects.length, 24)
  for (const object of objects) {
    assert.doesNotThrow(() => validate(object), `${object.type} ${object.name}`)
  }
})

test("the Prometheus operator's monitor and rules fit the schema of its own kind", async () => {
  const discovered = { ...values, "atlas:metricsDiscovery": "pod-monitor" }
  const { registered } = await register(kubernetes, contextOf(production, discovered))
  const rules = registered.filter(({ type }) => type === "kubernetes:monitoring.coreos.com/v1:PrometheusRule")
  assert.equal(rules.length, 1)
  for (const rule of rules) assert.doesNotThrow(() => validate(rule))
  const monitors = registered.filter(({ type }) => type === "kubernetes:monitoring.coreos.com/v1:PodMonitor")
  assert.equal(monitors.length, 1)
  for (const monitor of monitors) {
    assert.doesNotThrow(() => validate(monitor))
    const spec = { ...(monitor.inputs.spec as object), podMetricsEndpoints: { port: "http" } }
    assert.throws(() => validate({ inputs: { ...monitor.inputs, spec } }), /spec\/podMetricsEndpoints must be array/)
  }
})

test("an object that does not fit is found", () => {
  const deployment = objects.find(({ type }) => type === "kubernetes:apps/v1:Deployment")
  assert.ok(deployment)
  const spec = { ...(deployment.inputs.spec as object), replicas: "3" }
  assert.throws(() => validate({ inputs: { ...deployment.inputs, spec } }), /spec\/replicas must be integer/)
})
