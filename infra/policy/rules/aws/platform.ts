import type { PlannedResource } from "../../../plan/resource.ts"
import type { Check, Path, PlanView } from "../../check.ts"
import { missingOwnership } from "../../ownership.ts"
import { secretIn } from "../../secrets.ts"
import { at, inProduction, isHidden, isServed, isTrue, list, mustBe, property, refersTo, shown } from "../../values.ts"
import { untaggable } from "./untaggable.ts"

const securityGroup = "aws:ec2/securityGroup:SecurityGroup"
const loadBalancers = ["aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"]
const listeners = ["aws:lb/listener:Listener", "aws:alb/listener:Listener"]
const repositories = ["aws:ecr/repository:Repository"]
const clusters = ["aws:eks/cluster:Cluster"]

const world = ["0.0.0.0/0", "::/0"]
const edgePorts = [80, 443]

/** What lets traffic in, told alike for the three ways of saying it. */
interface Opening {
  readonly path: Path
  readonly sources: readonly unknown[]
  readonly from: unknown
  readonly to: unknown
}

type Openings = (inputs: PlannedResource["inputs"]) => readonly Opening[]

const inGroup: Openings = ({ ingress }) =>
  list(ingress).map((rule, index) => ({
    path: ["ingress", index],
    sources: [...list(at(rule, ["cidrBlocks"])), ...list(at(rule, ["ipv6CidrBlocks"]))],
    from: at(rule, ["fromPort"]),
    to: at(rule, ["toPort"]),
  }))

const openings: Readonly<Record<string, Openings>> = {
  [securityGroup]: inGroup,
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": inGroup,
  "aws:ec2/securityGroupRule:SecurityGroupRule": (inputs) =>
    inputs.type === "ingress"
      ? [
          {
            path: [],
            sources: [...list(inputs.cidrBlocks), ...list(inputs.ipv6CidrBlocks)],
            from: inputs.fromPort,
            to: inputs.toPort,
          },
        ]
      : [],
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (inputs) => [
    { path: [], sources: [inputs.cidrIpv4, inputs.cidrIpv6], from: inputs.fromPort, to: inputs.toPort },
  ],
}

/** The group that an opening belongs to: itself, or the one that a rule names. */
const isOnEdge = (resource: PlannedResource, { resources }: PlanView): boolean =>
  resources.some(
    ({ type, dependencies }) =>
      loadBalancers.includes(type) &&
      resources.some(
        (group) =>
          group.type === securityGroup &&
          dependencies.includes(group.urn) &&
          (group.urn === resource.urn || resource.dependencies.includes(group.urn)),
      ),
  )

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

/** Network, edge, cluster, registry and logs. */
export const platformChecks: readonly Check[] = [
  {
    rule: "network-closed",
    types: Object.keys(openings),
    scope: "plan",
    problems: (resource, view) =>
      (openings[resource.type]?.(resource.inputs) ?? []).flatMap(({ path, sources, from, to }) => {
        const open = sources.filter((source) => world.includes(String(source)))
        if (open.length === 0) return []
        const ports = `${shown(from)} to ${shown(to)}`
        const isEdgePort = from === to && edgePorts.includes(Number(from))
        if (!isEdgePort && !isHidden(from) && !isHidden(to)) {
          const message = `ports ${ports} are open to ${open.join(", ")}; only ${edgePorts.join(" and ")} may be`
          return [{ path, message }]
        }
        const message = `port ${shown(from)} is open to ${open.join(", ")} beside the load balancer; name who may reach it`
        return isOnEdge(resource, view) ? [] : [{ path, message }]
      }),
  },
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
  {
    rule: "network-flow-logs",
    types: ["aws:ec2/vpc:Vpc"],
    scope: "plan",
    problems: (vpc, view) => {
      if (!inProduction(vpc, view)) return []
      const logs = view.resources.filter(
        (one) => one.type === "aws:ec2/flowLog:FlowLog" && refersTo(one, vpc, ["vpcId"], ["id"]),
      )
      const isWhole = logs.some(({ inputs }) => isHidden(inputs.trafficType) || inputs.trafficType === "ALL")
      return isWhole ? [] : [{ path: [], message: "no FlowLog of it has the trafficType ALL; add one" }]
    },
  },
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
    rule: "production-zones",
    types: ["aws:ec2/vpc:Vpc"],
    scope: "plan",
    problems: (vpc, view) => {
      if (!inProduction(vpc, view)) return []
      const subnets = view.resources.filter(
        ({ type, dependencies }) => type === "aws:ec2/subnet:Subnet" && dependencies.includes(vpc.urn),
      )
      const zones = new Set(subnets.map(({ inputs }) => inputs.availabilityZone ?? inputs.availabilityZoneId))
      zones.delete(undefined)
      if (zones.size >= 2) return []
      return [{ path: [], message: `its subnets stand in ${zones.size} zones; it must be 2 or more` }]
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
