import { surge } from "../../kubernetes/index.ts"
import { type ConfigProblem, imageReference } from "../../spec/config-key.ts"
import { connectionsNeeded } from "../../spec/defaults.ts"
import type { StackSpec } from "../../spec/stack-spec.ts"
import { keys, type Values } from "./keys.ts"

/** What is wrong only together: what the spec asks for, and what the cluster's keys give. */
export function check(spec: StackSpec, values: Values): ConfigProblem[] {
  return [...imageProblems(spec), ...edgeProblems(spec, values), ...connectionProblems(spec, values)]
}

function imageProblems({ image }: StackSpec): ConfigProblem[] {
  if (image.reference !== undefined) return []
  const { allowed } = imageReference()
  return [{ key: "atlas:image", value: undefined, allowed, action: "Build and push the image, and set its digest" }]
}

/** A domain is served by an Ingress with a certificate; production is asked for both keys in any case. */
function edgeProblems({ environment, edge }: StackSpec, values: Values): ConfigProblem[] {
  if (edge.domain === undefined) return []
  return (["atlas:ingressClass", "atlas:clusterIssuer"] as const).flatMap((key) => {
    const { required, allowed } = keys[key]
    if (values[key] !== undefined || required?.includes(environment)) return []
    return [
      { key, value: undefined, allowed, action: `Set it, or remove atlas:domain: pulumi config set ${key} VALUE` },
    ]
  })
}

/** While a release is rolled out each workload has more pods than its ceiling. */
function connectionProblems({ workloads, database }: StackSpec, values: Values): ConfigProblem[] {
  const granted = values["atlas:databaseMaxConnections"]
  const processes = Object.values(workloads).reduce((sum, { replicas }) => sum + replicas.max + surge.maxSurge, 0)
  const needed = connectionsNeeded(database.pool, processes)
  if (granted === undefined || needed <= granted) return []
  return [
    {
      key: "atlas:databasePool",
      value: String(database.pool),
      allowed: `a pool with which ${processes} processes and the gate stay within the server's ${granted} connections`,
      action: `They need ${needed}: lower it or the replicas, or raise the server's limit and atlas:databaseMaxConnections`,
    },
  ]
}
