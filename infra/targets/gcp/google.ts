import * as gcp from "@pulumi/gcp"
import type * as pulumi from "@pulumi/pulumi"
import type { Scope } from "./scope.ts"

/**
 * The addresses at which Google's services answer networks that have no way to the internet:
 * https://cloud.google.com/vpc/docs/configure-private-google-access#domain-options
 */
export const privateGoogle = {
  domain: "googleapis.com.",
  name: "private.googleapis.com.",
  cidr: "199.36.153.8/30",
  addresses: ["199.36.153.8", "199.36.153.9", "199.36.153.10", "199.36.153.11"],
} as const

/** Names do not move, so they may be kept. */
const ttl = 300

/** The route and the names by which instances reach Google's services, and nothing else outside. */
export function reachGoogle(scope: Scope, network: gcp.compute.Network): pulumi.Resource[] {
  const route = new gcp.compute.Route(
    "google-route",
    {
      name: scope.name("compute", "google"),
      description: "Google's services at their private addresses",
      network: network.id,
      destRange: privateGoogle.cidr,
      nextHopGateway: "default-internet-gateway",
    },
    scope.inside(),
  )
  const zone = createPrivateZone(scope, network, "google", privateGoogle.domain)
  const record = (name: string, args: { name: string; type: string; rrdatas: string[] }) =>
    new gcp.dns.RecordSet(name, { managedZone: zone.name, ttl, ...args }, scope.inside())
  return [
    route,
    record("google-addresses", { name: privateGoogle.name, type: "A", rrdatas: [...privateGoogle.addresses] }),
    record("google-names", { name: `*.${privateGoogle.domain}`, type: "CNAME", rrdatas: [privateGoogle.name] }),
  ]
}

/** Names that only the stack's network knows. */
export const createPrivateZone = (
  scope: Scope,
  network: gcp.compute.Network,
  part: string,
  dnsName: pulumi.Input<string>,
): gcp.dns.ManagedZone =>
  new gcp.dns.ManagedZone(
    `${part}-zone`,
    {
      name: scope.name("zone", part),
      description: `Names of the stack's own network: ${part}`,
      dnsName,
      visibility: "private",
      privateVisibilityConfig: { networks: [{ networkUrl: network.id }] },
      labels: scope.labels,
    },
    scope.inside(),
  )
