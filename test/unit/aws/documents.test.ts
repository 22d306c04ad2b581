import assert from "node:assert/strict"
import { test } from "node:test"
import { nodePoolSpec } from "../../../infra/targets/aws/addons.ts"
import { autoscalerTraffic } from "../../../infra/targets/aws/autoscaler.ts"
import { kubeconfigOf } from "../../../infra/targets/aws/cluster.ts"
import { clusterNetwork } from "../../../infra/targets/aws/ground.ts"
import { keys } from "../../../infra/targets/aws/keys.ts"
import { limits } from "../../../infra/targets/aws/limits.ts"
import { scrapeConfiguration } from "../../../infra/targets/aws/observability.ts"
import {
  archiveAccess,
  flowLogTrust,
  flowLogWrite,
  imageLifecycle,
  loadBalancerLogs,
  metricsRead,
  podTrust,
  tlsOnly,
  trustOf,
} from "../../../infra/targets/aws/policies.ts"
import { assertTargetPage } from "../../support/rules/documents.ts"

test("a role is taken by one service", () => {
  assert.deepEqual(trustOf("ec2.amazonaws.com"), {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: ["sts:AssumeRole"] }],
  })
  assert.deepEqual(podTrust.Statement, [
    {
      Effect: "Allow",
      Principal: { Service: "pods.eks.amazonaws.com" },
      Action: ["sts:AssumeRole", "sts:TagSession"],
    },
  ])
})

test("the worker reads and writes its bucket, and deletes nothing", () => {
  const statements = archiveAccess("arn:aws:s3:::exports").Statement
  assert.deepEqual(
    statements.map(({ Resource }) => Resource),
    ["arn:aws:s3:::exports", "arn:aws:s3:::exports/*"],
  )
  const actions = statements.flatMap(({ Action }) => Action)
  assert.deepEqual(actions.sort(), [
    "s3:AbortMultipartUpload",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
  ])
})

test("KEDA queries one workspace", () => {
  assert.deepEqual(metricsRead("arn:aws:aps:eu-central-1:1:workspace/ws-1").Statement, [
    {
      Effect: "Allow",
      Action: ["aps:QueryMetrics", "aps:GetMetricMetadata"],
      Resource: "arn:aws:aps:eu-central-1:1:workspace/ws-1",
    },
  ])
})

test("nobody reaches the bucket without TLS 1.2", () => {
  const everything = {
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: ["arn:aws:s3:::exports", "arn:aws:s3:::exports/*"],
  }
  assert.deepEqual(tlsOnly("arn:aws:s3:::exports").Statement, [
    { Sid: "NoPlainHttp", ...everything, Condition: { Bool: { "aws:SecureTransport": "false" } } },
    { Sid: "NoOldTls", ...everything, Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } } },
  ])
})

test("the load balancer writes below the account's own folder of its bucket, and nobody reads without TLS", () => {
  const { Statement } = loadBalancerLogs("arn:aws:s3:::logs", "123456789012")
  assert.deepEqual(
    Statement.map(({ Sid, Effect }) => `${Effect} ${Sid}`),
    ["Deny NoPlainHttp", "Deny NoOldTls", "Allow LoadBalancerLogs"],
  )
  assert.deepEqual(Statement[2], {
    Sid: "LoadBalancerLogs",
    Effect: "Allow",
    Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
    Action: "s3:PutObject",
    Resource: "arn:aws:s3:::logs/AWSLogs/123456789012/*",
  })
})

test("the network's log service works for this account and region alone, and makes no group", () => {
  const [trust] = flowLogTrust("123456789012", "eu-central-1").Statement
  assert.deepEqual(trust?.Principal, { Service: "vpc-flow-logs.amazonaws.com" })
  assert.deepEqual(trust?.Condition, {
    StringEquals: { "aws:SourceAccount": "123456789012" },
    ArnLike: { "aws:SourceArn": "arn:aws:ec2:eu-central-1:123456789012:vpc-flow-log/*" },
  })
  const group = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/vpc/atlas"
  const [grant] = flowLogWrite(group).Statement
  assert.equal(grant?.Resource, `${group}:*`)
  assert.ok(![grant?.Action].flat().includes("logs:CreateLogGroup"))
})

test("the registry keeps the newest 30 images", () => {
  assert.deepEqual(imageLifecycle.rules[0].selection, {
    tagStatus: "any",
    countType: "imageCountMoreThan",
    countNumber: 30,
  })
})

test("the kubeconfig holds no credential", () => {
  const { users, clusters, contexts, ...rest } = kubeconfigOf({
    name: "atlas-dev",
    region: "us-east-1",
    endpoint: "https://cluster.test",
    authority: "Q0E=",
  })
  assert.deepEqual(clusters, [
    { name: "atlas-dev", cluster: { server: "https://cluster.test", "certificate-authority-data": "Q0E=" } },
  ])
  assert.deepEqual(Object.keys(users[0]?.user ?? {}), ["exec"])
  assert.deepEqual(users[0]?.user.exec.args, [
    ...["eks", "get-token", "--region", "us-east-1", "--cluster-name", "atlas-dev", "--output", "json"],
  ])
  assert.deepEqual(contexts, [{ name: "atlas-dev", context: { cluster: "atlas-dev", user: "atlas-dev" } }])
  assert.equal(rest["current-context"], "atlas-dev")
})

test("workers run on spot nodes of their own where there are any", () => {
  const { template, limits } = nodePoolSpec(10)
  assert.deepEqual(template.spec.requirements[0], {
    key: "karpenter.sh/capacity-type",
    operator: "In",
    values: ["spot", "on-demand"],
  })
  assert.deepEqual(template.spec.taints, [{ key: "atlas/workers", effect: "NoSchedule" }])
  assert.deepEqual(limits, { cpu: "20" })
})

test("the collector reads the named ports of the namespace, with the labels that the scaler asks for", () => {
  const [job] = scrapeConfiguration("optimizer").scrape_configs
  assert.deepEqual(job?.kubernetes_sd_configs, [{ role: "pod", namespaces: { names: ["optimizer"] } }])
  assert.deepEqual(job?.relabel_configs, [
    { source_labels: ["__meta_kubernetes_pod_container_port_name"], regex: "http|status", action: "keep" },
    { source_labels: ["__meta_kubernetes_namespace"], target_label: "namespace" },
    { source_labels: ["__meta_kubernetes_pod_name"], target_label: "pod" },
    { source_labels: ["__meta_kubernetes_pod_container_name"], target_label: "container" },
  ])
})

test("pods talk to the subnets of the picture", () => {
  const block = (cidr: string) => ({ ipBlock: { cidr } })
  assert.deepEqual(clusterNetwork("10.0.0.0/16", 2), {
    ingress: [block("10.0.192.0/24"), block("10.0.193.0/24")],
    collectors: [block("10.0.0.0/18"), block("10.0.64.0/18")],
    dns: [block("172.20.0.0/16"), block("10.0.0.0/18"), block("10.0.64.0/18"), block("169.254.0.0/16")],
    database: [block("10.0.194.0/24"), block("10.0.195.0/24")],
    redis: [block("10.0.194.0/24"), block("10.0.195.0/24")],
    egress: [{ to: [block("169.254.170.23/32")], ports: [{ protocol: "TCP", port: 80 }] }],
    trusted: ["10.0.192.0/24", "10.0.193.0/24"],
  })
})

test("KEDA's namespace denies by default, and never lets it reach the node's own addresses by HTTPS", () => {
  const { "default-deny": deny, traffic } = autoscalerTraffic("10.0.0.0/16", 2)
  assert.deepEqual(deny, { podSelector: {}, policyTypes: ["Ingress", "Egress"] })
  assert.deepEqual(traffic.ingress, [
    { from: [{ ipBlock: { cidr: "10.0.0.0/18" } }, { ipBlock: { cidr: "10.0.64.0/18" } }] },
  ])
  assert.deepEqual(traffic.egress[1], {
    to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.0.0/16"] } }],
    ports: [{ protocol: "TCP", port: 443 }],
  })
})

test("the page names every limit with its source, and every key", () => {
  assertTargetPage("aws", limits, keys, "https://docs.aws.amazon.com/")
})
