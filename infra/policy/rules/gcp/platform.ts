import type { PlannedResource } from "../../../plan/resource.ts"
import type { Check } from "../../check.ts"
import { missingOwnership } from "../../ownership.ts"
import { at, isHidden, isServed, isTrue, list, property, refersTo, shown } from "../../values.ts"
import { labelsPath, unlabelled } from "./unlabelled.ts"

const networkType = "gcp:compute/network:Network"
const firewallType = "gcp:compute/firewall:Firewall"
const repositories = ["gcp:artifactregistry/repository:Repository"]

const world = ["0.0.0.0/0", "::/0"]
const directions = ["INGRESS", "EGRESS"]

/** Denies all, in a direction; the default direction is in. */
const deniesAll = ({ inputs }: PlannedResource, direction: string): boolean =>
  isHidden(inputs.denies) ||
  isHidden(inputs.direction) ||
  ((inputs.direction ?? "INGRESS") === direction && at(inputs.denies, [0, "protocol"]) === "all")

const isRemote = ({ inputs }: PlannedResource): boolean =>
  isHidden(inputs.mode) || (inputs.mode !== undefined && inputs.mode !== "STANDARD_REPOSITORY")

/** Network, edge, registry, logs and the project. */
export const platformChecks: readonly Check[] = [
  {
    rule: "network-closed",
    types: [firewallType],
    scope: "resource",
    problems: ({ inputs }) => {
      const { direction, allows, sourceRanges } = inputs
      const isIn = direction === undefined || direction === "INGRESS"
      const open = list(sourceRanges).filter((range) => world.includes(String(range)))
      if (!isIn || open.length === 0 || list(allows).length === 0) return []
      const message = `it lets ${open.join(", ")} in; clients come by the load balancer, which needs no rule`
      return [{ path: ["sourceRanges"], message }]
    },
  },
  {
    rule: "network-default-deny",
    types: [networkType],
    scope: "plan",
    problems: (network, { resources }) =>
      directions.flatMap((direction) => {
        const rules = resources.filter(
          (one) => one.type === firewallType && refersTo(one, network, ["network"], ["name"]),
        )
        const isClosed = rules.some((rule) => deniesAll(rule, direction))
        return isClosed ? [] : [{ path: [], message: `no Firewall of it denies all ${direction}; add one` }]
      }),
  },
  property({
    rule: "edge-tls",
    types: ["gcp:compute/sSLPolicy:SSLPolicy"],
    path: ["minTlsVersion"],
    fits: (version) => version === "TLS_1_2" || version === "TLS_1_3",
    allowed: "TLS_1_2 or newer",
  }),
  property({
    rule: "edge-tls",
    types: ["gcp:compute/targetHttpsProxy:TargetHttpsProxy"],
    path: ["sslPolicy"],
    fits: (policy) => policy !== undefined,
    allowed: "set: without a policy it takes TLS 1.0",
  }),
  {
    rule: "edge-redirect",
    types: ["gcp:compute/targetHttpProxy:TargetHttpProxy"],
    scope: "plan",
    problems: (proxy, view) => {
      if (!isServed(proxy, view)) return []
      const map = view.resources.find(
        (one) => one.type === "gcp:compute/uRLMap:URLMap" && refersTo(proxy, one, ["urlMap"], ["name"]),
      )
      const redirect = map?.inputs.defaultUrlRedirect
      const goesOn = at(redirect, ["httpsRedirect"])
      if (isHidden(redirect) || isHidden(goesOn) || goesOn === true) return []
      return [
        { path: ["urlMap"], message: `its URLMap sends nobody to HTTPS (${shown(goesOn)}); set defaultUrlRedirect` },
      ]
    },
  },
  property({
    rule: "registry-immutable",
    types: repositories,
    path: ["dockerConfig", "immutableTags"],
    fits: isTrue,
    allowed: "true",
    when: (repository) => !isRemote(repository),
  }),
  property({
    rule: "registry-scanned",
    types: repositories,
    path: ["vulnerabilityScanningConfig", "enablementConfig"],
    fits: (value) => value === "INHERITED",
    allowed: "INHERITED",
  }),
  property({
    rule: "logs-retention",
    types: ["gcp:logging/projectBucketConfig:ProjectBucketConfig"],
    path: ["retentionDays"],
    fits: (days) => Number(days) > 0,
    allowed: "a number of days",
  }),
  property({
    rule: "services-kept-enabled",
    types: ["gcp:projects/service:Service"],
    path: ["disableOnDestroy"],
    fits: (disables) => disables === false,
    allowed: "false",
  }),
  {
    rule: "owned",
    types: "all",
    scope: "resource",
    problems: ({ type, inputs }) => {
      if (!type.startsWith("gcp:") || unlabelled.includes(type)) return []
      const path = labelsPath(type)
      const labels = at(inputs, path)
      if (isHidden(labels)) return []
      const missing = missingOwnership((name) => at(labels, [name]) !== undefined)
      return missing === undefined ? [] : [{ path, message: `${missing}; label it with the stack's ownership` }]
    },
  },
]
