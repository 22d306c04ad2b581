import assert from "node:assert/strict"
import { before, describe, test } from "node:test"
import type { Plan } from "../../../infra/plan/resource.ts"
import { gatewayPorts } from "../../../infra/spec/gateway.ts"
import { assertBefore, development, find, inputs, ofType, planStack, production } from "./plan.ts"

describe("the edge of a production stack on AWS", () => {
  let plan: Plan
  before(async () => {
    plan = await planStack(production)
  })

  test("the edge sends HTTP to HTTPS, takes TLS 1.2 and newer, and names no server", () => {
    const http = find(plan, "aws:lb/listener:Listener", "http").inputs
    assert.deepEqual(http.defaultActions, [
      { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } },
    ])
    assert.deepEqual(inputs(find(plan, "aws:lb/listener:Listener", "https")), {
      loadBalancerArn: `\${load-balancer.arn}`,
      port: 443,
      protocol: "HTTPS",
      sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
      certificateArn: `\${certificate.arn}`,
      defaultActions: [{ type: "forward", targetGroupArn: `\${gateways.arn}` }],
      routingHttpResponseServerEnabled: false,
      routingHttpResponseStrictTransportSecurityHeaderValue: "max-age=31536000",
      routingHttpResponseXContentTypeOptionsHeaderValue: "nosniff",
      routingHttpResponseXFrameOptionsHeaderValue: "DENY",
    })
    assert.equal(find(plan, "aws:lb/loadBalancer:LoadBalancer").inputs.idleTimeout, 300)
    assert.equal(plan.outputs.url, "https://optimizer.example.com")
  })

  test("the load balancer's targets are the gateways, bound by EKS", () => {
    const group = find(plan, "aws:lb/targetGroup:TargetGroup").inputs
    assert.deepEqual([group.targetType, group.protocol, group.port], ["ip", "HTTP", gatewayPorts.proxy])
    assert.equal((group.tags as Record<string, string>)["eks:eks-cluster-name"], "atlas-production")
    // No shorter than a request may take, or the load balancer would cut what a leaving pod still finishes.
    assert.equal(group.deregistrationDelay, 300)
    assert.equal(group.loadBalancingAlgorithmType, "least_outstanding_requests")
    const binding = find(plan, "kubernetes:eks.amazonaws.com/v1:TargetGroupBinding")
    assert.deepEqual(binding.inputs.spec, {
      serviceRef: { name: "optimizer-service", port: 80 },
      targetGroupARN: `\${gateways.arn}`,
      targetType: "ip",
    })
    assertBefore(plan, binding, ["optimizer-service", "atlas", "atlas-gate", "https"])
  })

  test("a new pod is ready when the load balancer finds it so", () => {
    const { metadata } = find(plan, "kubernetes:core/v1:Namespace", "optimizer").inputs
    const { labels } = metadata as { labels: Record<string, string> }
    assert.equal(labels["eks.amazonaws.com/pod-readiness-gate-inject"], "enabled")
  })

  test("the certificate is proven by a record of the zone, before the listener serves it", () => {
    assert.deepEqual(inputs(find(plan, "aws:acm/certificate:Certificate")), {
      domainName: "optimizer.example.com",
      validationMethod: "DNS",
    })
    assertBefore(plan, find(plan, "aws:lb/listener:Listener", "https"), [
      "certificate-record",
      "certificate-validation",
    ])
    const { zoneId, name, type } = find(plan, "aws:route53/record:Record", "domain").inputs
    assert.deepEqual([zoneId, name, type], ["Z0123456789EXAMPLE", "optimizer.example.com", "A"])
  })
})

test("a given certificate is served where there is no zone, and the record is the operator's", async () => {
  const { "atlas:zoneId": _, ...bare } = production
  const certificate = "arn:aws:acm:eu-central-1:210987654321:certificate/01234567-89ab-cdef-0123-456789abcdef"
  const operator = "arn:aws:iam::210987654321:role/operator"
  const given = { "atlas:certificateArn": certificate, "atlas:operatorRoleArn": operator }
  const plan = await planStack({ ...bare, ...given })
  assert.equal(find(plan, "aws:lb/listener:Listener", "https").inputs.certificateArn, certificate)
  assert.deepEqual(ofType(plan, "aws:route53/record:Record"), [])
  assert.equal(
    plan.outputs.instructions,
    `Point the name optimizer.example.com at \${load-balancer.dnsName} (CNAME or ALIAS)`,
  )
  assert.equal(find(plan, "aws:eks/accessEntry:AccessEntry").inputs.principalArn, operator)
  assert.deepEqual(find(plan, "aws:eks/accessPolicyAssociation:AccessPolicyAssociation").inputs, {
    clusterName: "atlas-production",
    principalArn: operator,
    policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
    accessScope: { type: "cluster" },
  })
})

test("a development stack without a domain is served by plain HTTP, and says so", async () => {
  const plan = await planStack(development, "dev")
  assert.equal(plan.outputs.url, `http://\${load-balancer.dnsName}`)
  assert.match(String(plan.outputs.instructions), /plain HTTP/)
  const [listener, ...others] = ofType(plan, "aws:lb/listener:Listener")
  assert.deepEqual(others, [])
  assert.deepEqual([listener?.inputs.port, listener?.inputs.protocol], [80, "HTTP"])
  const open = ofType(plan, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
  assert.ok(!open.some(({ inputs }) => inputs.cidrIpv4 === "0.0.0.0/0" && inputs.fromPort === 443))
})
