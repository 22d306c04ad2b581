import type { PlannedResource } from "../../../plan/resource.ts"
import type { Check, Path, PlanView } from "../../check.ts"
import { at, inProduction, isHidden, list, refersTo, shown } from "../../values.ts"

const securityGroup = "aws:ec2/securityGroup:SecurityGroup"
export const loadBalancers = ["aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"]

export const world = ["0.0.0.0/0", "::/0"]
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

/** Who reaches what, in how many zones, and what is remembered of it. */
export const networkChecks: readonly Check[] = [
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
]
