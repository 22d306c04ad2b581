import * as aws from "@pulumi/aws"
import * as pulumi from "@pulumi/pulumi"
import { securityHeaders } from "../../../app/contract/security.ts"
import type { EdgeSpec } from "../../spec/stack-spec.ts"
import type { EdgeBinding } from "../../spec/target.ts"
import { seconds } from "../../spec/units.ts"
import { createCertificate } from "./certificate.ts"
import { webPorts } from "./ports.ts"
import type { Scope } from "./scope.ts"
import type { SecurityGroups } from "./security.ts"
import { bindTargets, createTargetGroup, type TargetsArgs } from "./targets.ts"
import { createAccessLogs } from "./traffic-logs.ts"

/**
 * Policies of the load balancer by the least TLS that they take:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
 */
const tlsPolicies: Readonly<Record<EdgeSpec["minimumTls"], string>> = {
  // The one that AWS recommends: of TLS 1.2 only what keeps the past secret and is authenticated.
  "1.2": "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
}

export interface EdgeArgs extends TargetsArgs {
  readonly groups: SecurityGroups
}

/** The one public address: a load balancer in front of the gateways' pods. */
export function createEdge(scope: Scope, spec: EdgeSpec, args: EdgeArgs): EdgeBinding {
  const balancer = createLoadBalancer(scope, spec, args)
  const target = createTargetGroup(scope, args)
  const listeners =
    spec.domain === undefined
      ? [createPlainListener(scope, balancer, target)]
      : createSecureListeners(scope, spec, spec.domain, balancer, target)
  bindTargets(scope, target, args, listeners)
  if (spec.domain === undefined) {
    return {
      url: pulumi.interpolate`http://${balancer.dnsName}`,
      instructions: pulumi.output(
        "There is no domain, so clients reach this stack by plain HTTP and keys are readable on the way: set atlas:domain",
      ),
    }
  }
  const url = pulumi.output(`https://${spec.domain}`)
  if (createDomainRecord(scope, spec.domain, balancer)) return { url }
  return {
    url,
    instructions: pulumi.interpolate`Point the name ${spec.domain} at ${balancer.dnsName} (CNAME or ALIAS)`,
  }
}

function createLoadBalancer(scope: Scope, spec: EdgeSpec, { network, groups }: EdgeArgs): aws.lb.LoadBalancer {
  const logs = createAccessLogs(scope, network.vpc.ownerId)
  return new aws.lb.LoadBalancer(
    "load-balancer",
    {
      name: scope.name("loadBalancer", ""),
      loadBalancerType: "application",
      internal: false,
      subnets: network.publicSubnets.map(({ id }) => id),
      securityGroups: [groups.loadBalancer.id],
      idleTimeout: seconds(spec.idleTimeout),
      dropInvalidHeaderFields: true,
      accessLogs: { enabled: true, bucket: logs.bucket.bucket },
      tags: scope.tags("load-balancer"),
    },
    { parent: scope.parent, dependsOn: [...network.routes, logs.access] },
  )
}

const forward = (target: aws.lb.TargetGroup) => [{ type: "forward", targetGroupArn: target.arn }]

function createPlainListener(scope: Scope, balancer: aws.lb.LoadBalancer, target: aws.lb.TargetGroup) {
  return new aws.lb.Listener(
    "http",
    {
      loadBalancerArn: balancer.arn,
      port: webPorts.http,
      protocol: "HTTP",
      defaultActions: forward(target),
      routingHttpResponseServerEnabled: false,
      tags: scope.tags("http"),
    },
    { parent: scope.parent },
  )
}

function createSecureListeners(
  scope: Scope,
  { minimumTls }: EdgeSpec,
  domain: string,
  balancer: aws.lb.LoadBalancer,
  target: aws.lb.TargetGroup,
): aws.lb.Listener[] {
  const redirect = { protocol: "HTTPS", port: String(webPorts.https), statusCode: "HTTP_301" }
  const http = new aws.lb.Listener(
    "http",
    {
      loadBalancerArn: balancer.arn,
      port: webPorts.http,
      protocol: "HTTP",
      defaultActions: [{ type: "redirect", redirect }],
      routingHttpResponseServerEnabled: false,
      tags: scope.tags("http"),
    },
    { parent: scope.parent },
  )
  const https = new aws.lb.Listener(
    "https",
    {
      loadBalancerArn: balancer.arn,
      port: webPorts.https,
      protocol: "HTTPS",
      sslPolicy: tlsPolicies[minimumTls],
      certificateArn: createCertificate(scope, domain),
      defaultActions: forward(target),
      // Its own answers, such as 502, have no gateway behind them to set these. It sets them on every answer, so the
      // policy of content is not among them: the API page has a wider one of its own.
      routingHttpResponseServerEnabled: false,
      routingHttpResponseStrictTransportSecurityHeaderValue: securityHeaders["Strict-Transport-Security"],
      routingHttpResponseXContentTypeOptionsHeaderValue: securityHeaders["X-Content-Type-Options"],
      routingHttpResponseXFrameOptionsHeaderValue: securityHeaders["X-Frame-Options"],
      tags: scope.tags("https"),
    },
    { parent: scope.parent },
  )
  return [http, https]
}

/** Whether there is a zone in which the record could be made. */
function createDomainRecord(scope: Scope, name: string, balancer: aws.lb.LoadBalancer): boolean {
  const zoneId = scope.values["atlas:zoneId"]
  if (zoneId === undefined) return false
  const aliases = [{ name: balancer.dnsName, zoneId: balancer.zoneId, evaluateTargetHealth: true }]
  new aws.route53.Record("domain", { zoneId, name, type: "A", aliases }, { parent: scope.parent })
  return true
}
