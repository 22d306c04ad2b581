import * as gcp from "@pulumi/gcp"
import type * as pulumi from "@pulumi/pulumi"
import { standardPorts } from "../../spec/ports.ts"
import { privateGoogle } from "./google.ts"
import { cachePort, webPorts } from "./ports.ts"
import type { RangePlan } from "./ranges.ts"
import type { Scope } from "./scope.ts"

/** What runs in the network, by the tag that its instances carry and the rules speak of. */
export type Runner = "api" | "worker" | "gate" | "scaler"

const everyone: readonly Runner[] = ["api", "worker", "gate", "scaler"]
/** Collectors write metrics, the worker exports, and the scaler sets counts. */
const callers: readonly Runner[] = ["api", "worker", "scaler"]

export const tagOf = (scope: Scope, runner: Runner): string => scope.name("compute", runner)

/** After everything that is allowed, before what Google's own networks allow without a rule. */
const lastPriority = 65_534
const allowedPriority = 1000

interface Flow {
  readonly name: string
  readonly from: readonly Runner[]
  readonly to: string
  readonly port: number
}

/** Nothing passes but what the picture shows: https://cloud.google.com/firewall/docs/firewalls */
export function allowTraffic(
  scope: Scope,
  network: gcp.compute.Network,
  { data }: Pick<RangePlan, "data">,
): pulumi.Resource[] {
  const flows: Flow[] = [
    { name: "to-database", from: everyone, to: data, port: standardPorts.postgres },
    { name: "to-cache", from: everyone, to: data, port: cachePort },
    { name: "to-google", from: callers, to: privateGoogle.cidr, port: webPorts.https },
  ]
  const anywhere = ["0.0.0.0/0"]
  const closed = { priority: lastPriority, denies: [{ protocol: "all" }] }
  return [
    rule(scope, network, "deny-in", { direction: "INGRESS", sourceRanges: anywhere, ...closed }),
    rule(scope, network, "deny-out", { direction: "EGRESS", destinationRanges: anywhere, ...closed }),
    ...flows.map(({ name, from, to, port }) =>
      rule(scope, network, name, {
        direction: "EGRESS",
        priority: allowedPriority,
        allows: [{ protocol: "tcp", ports: [String(port)] }],
        destinationRanges: [to],
        targetTags: from.map((runner) => tagOf(scope, runner)),
      }),
    ),
  ]
}

const rule = (
  scope: Scope,
  network: gcp.compute.Network,
  name: string,
  args: Omit<gcp.compute.FirewallArgs, "name" | "network">,
) => new gcp.compute.Firewall(name, { name: scope.name("compute", name), network: network.id, ...args }, scope.inside())
