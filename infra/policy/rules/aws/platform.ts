import type { PlannedResource } from "../../../plan/resource.ts"
import type { Check, PlanView } from "../../check.ts"
import { missingOwnership } from "../../ownership.ts"
import { secretIn } from "../../secrets.ts"
import { at, inProduction, isHidden, isServed, isTrue, list, mustBe, property } from "../../values.ts"
import { loadBalancers, world } from "./network.ts"
import { untaggable } from "./untaggable.ts"

const listeners = ["aws:lb/listener:Listener", "aws:alb/listener:Listener"]
const repositories = ["aws:ecr/repository:Repository"]
const clusters = ["aws:eks/cluster:Cluster"]

/** The provider's policies with TLS 1.2 as the least; without one it takes a policy of 2016, which allows 1.0. */
const modernTls = /^ELBSecurityPolicy-(?:TLS13-1-[23]|TLS-1-2|FS-1-2)-/

const protocol = ({ inputs }: PlannedResource): unknown => inputs.protocol

/** Names of tags that a provider puts on all its resources; its inputs stand as JSON between program and engine. */
function defaultTags(resource: PlannedResource, { resources }: PlanView): unknown {
  const provider = resources.find(({ urn }) => resource.provider === urn)
  const defaults = provider?.inputs.defaultTags
  if (typeof defaults !== "string" || isHidden(defaults)) return at(defaults, ["tags"])
  return at(JSON.parse(defaults), ["tags"])
}

/** Edge, cluster, registry and logs, and whose everything is. */
export const platformChecks: readonly Check[] = [
  {
    rule: "cluster-endpoint-restricted",
    types: clusters,
    scope: "resource",
    problems: ({ inputs }) => {
      const path = ["vpcConfig", "publicAccessCidrs"]
      const allowed = at(inputs, path)
      if (at(inputs, ["vpcConfig", "endpointPublicAccess"]) === false || isHidden(allowed)) return []
      const isOpen = list(allowed).length === 0 || list(allowed).some((cidr) => world.includes(String(cidr)))
      return isOpen ? [mustBe(path, allowed, "the operators' address ranges")] : []
    },
  },
  property({
    rule: "cluster-audited",
    types: clusters,
    path: ["enabledClusterLogTypes"],
    fits: (types) => list(types).includes("audit"),
    allowed: 'a list with "audit"',
  }),
  {
    rule: "edge-tls",
    types: listeners,
    scope: "resource",
    problems: (listener) => {
      const policy = listener.inputs.sslPolicy
      const isTls = protocol(listener) === "HTTPS" || protocol(listener) === "TLS"
      const fits = isHidden(policy) || modernTls.test(String(policy))
      return !isTls || fits
        ? []
        : [mustBe(["sslPolicy"], policy, "one with TLS 1.2 or newer, ELBSecurityPolicy-TLS13-1-2-…")]
    },
  },
  {
    rule: "edge-redirect",
    types: listeners,
    scope: "resource",
    problems: (listener, view) => {
      if (protocol(listener) !== "HTTP" || !isServed(listener, view)) return []
      return list(listener.inputs.defaultActions).flatMap((action, index) => {
        const isRedirect = at(action, ["type"]) === "redirect" && at(action, ["redirect", "protocol"]) === "HTTPS"
        const path = ["defaultActions", index, "type"]
        return isRedirect ? [] : [mustBe(path, at(action, ["type"]), "a redirect to HTTPS")]
      })
    },
  },
  property({
    rule: "edge-access-logs",
    types: loadBalancers,
    path: ["accessLogs", "enabled"],
    fits: isTrue,
    allowed: "true, with the bucket that takes them",
    when: (balancer, view) =>
      inProduction(balancer, view) &&
      [undefined, "application"].some((kind) => kind === balancer.inputs.loadBalancerType),
  }),
  property({
    rule: "registry-immutable",
    types: repositories,
    path: ["imageTagMutability"],
    fits: (value) => value === "IMMUTABLE",
    allowed: "IMMUTABLE",
  }),
  property({
    rule: "registry-scanned",
    types: repositories,
    path: ["imageScanningConfiguration", "scanOnPush"],
    fits: isTrue,
    allowed: "true",
  }),
  property({
    rule: "logs-retention",
    types: ["aws:cloudwatch/logGroup:LogGroup"],
    path: ["retentionInDays"],
    // 0 keeps them forever, and so does nothing.
    fits: (days) => Number(days) > 0,
    allowed: "a number of days",
  }),
  {
    rule: "secret-not-plain",
    types: ["aws:ssm/parameter:Parameter"],
    scope: "resource",
    problems: ({ name, inputs }) => {
      const reason = inputs.type === "SecureString" ? undefined : secretIn(name, inputs.value)
      return reason === undefined ? [] : [{ path: ["value"], message: `it holds ${reason}; make it a SecureString` }]
    },
  },
  {
    rule: "owned",
    types: "all",
    scope: "plan",
    problems: (resource, view) => {
      if (!resource.type.startsWith("aws:") || untaggable.includes(resource.type)) return []
      const tags = resource.inputs.tags
      const defaults = defaultTags(resource, view)
      if (isHidden(tags) || isHidden(defaults)) return []
      const missing = missingOwnership((name) => (at(tags, [name]) ?? at(defaults, [name])) !== undefined)
      return missing === undefined ? [] : [{ path: ["tags"], message: `${missing}; tag it with the stack's ownership` }]
    },
  },
]
