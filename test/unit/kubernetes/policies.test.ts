import assert from "node:assert/strict"
import { test } from "node:test"
import type { ClusterNetwork } from "../../../infra/kubernetes/inputs.ts"
import { networkPolicies } from "../../../infra/kubernetes/network-policies.ts"

const labels = { team: "marketing" }
const namespace = (name: string) => ({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } })
const network: ClusterNetwork = {
  ingress: [namespace("traefik")],
  collectors: [namespace("monitoring")],
  dns: [namespace("kube-system")],
  database: [{ ipBlock: { cidr: "10.0.8.0/24" } }],
  redis: [{ ipBlock: { cidr: "10.0.9.0/24" } }],
  egress: [],
  trusted: [],
}
const ports = { database: 6432, redis: 6380 }
const specs = (given: ClusterNetwork, stores: Parameters<typeof networkPolicies>[1] = ports) =>
  Object.fromEntries(Object.entries(networkPolicies(given, stores, labels)).map(([name, { spec }]) => [name, spec]))

const workloads = {
  matchExpressions: [{ key: "app", operator: "In", values: ["optimizer", "optimizer-worker"] }],
}

test("everything is denied, and then exactly what the picture shows is allowed", () => {
  assert.deepEqual(specs(network), {
    "default-deny": { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    "clients-to-gateway": {
      podSelector: { matchLabels: { app: "optimizer" } },
      policyTypes: ["Ingress"],
      ingress: [{ from: [namespace("traefik")], ports: [{ protocol: "TCP", port: 8080 }] }],
    },
    "collectors-to-metrics": {
      podSelector: workloads,
      policyTypes: ["Ingress"],
      ingress: [
        {
          from: [namespace("monitoring")],
          ports: [
            { protocol: "TCP", port: 8000 },
            { protocol: "TCP", port: 8100 },
          ],
        },
      ],
    },
    "to-dns": {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [
        {
          to: [namespace("kube-system")],
          ports: [
            { protocol: "UDP", port: 53 },
            { protocol: "TCP", port: 53 },
          ],
        },
      ],
    },
    "to-database": {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [{ to: [{ ipBlock: { cidr: "10.0.8.0/24" } }], ports: [{ protocol: "TCP", port: 6432 }] }],
    },
    "to-redis": {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [{ to: [{ ipBlock: { cidr: "10.0.9.0/24" } }], ports: [{ protocol: "TCP", port: 6380 }] }],
    },
    "to-https": {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [
        {
          to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.0.0/16"] } }],
          ports: [{ protocol: "TCP", port: 443 }],
        },
      ],
    },
  })
})

test("each is named as it stands in the cluster", () => {
  for (const [name, { metadata }] of Object.entries(networkPolicies(network, ports, labels))) {
    assert.deepEqual(metadata, { name, namespace: "optimizer", labels })
  }
})

test("peers that nobody names are everybody, on that port alone", () => {
  const open = specs({ ...network, ingress: [], database: [] })
  assert.deepEqual(open["clients-to-gateway"], {
    podSelector: { matchLabels: { app: "optimizer" } },
    policyTypes: ["Ingress"],
    ingress: [{ ports: [{ protocol: "TCP", port: 8080 }] }],
  })
  assert.deepEqual(open["to-database"], {
    podSelector: {},
    policyTypes: ["Egress"],
    egress: [{ ports: [{ protocol: "TCP", port: 6432 }] }],
  })
})

test("without a Redis nothing leads to one", () => {
  assert.ok(!("to-redis" in specs({ ...network, redis: undefined }, { database: 5432, redis: undefined })))
})

test("a cloud adds what its pods need", () => {
  const rule = { to: [{ ipBlock: { cidr: "169.254.170.23/32" } }], ports: [{ protocol: "TCP", port: 80 }] }
  assert.deepEqual(specs({ ...network, egress: [rule] })["to-others"], {
    podSelector: {},
    policyTypes: ["Egress"],
    egress: [rule],
  })
})
