import assert from "node:assert/strict"
import { before, describe, test } from "node:test"
import type { Plan } from "../../../infra/plan/resource.ts"
import { findingsOf } from "../../../infra/policy/index.ts"
import { assertBefore, find, inputs, planStack, production } from "./plan.ts"

describe("the records of a production stack's traffic", () => {
  let plan: Plan
  before(async () => {
    plan = await planStack(production)
  })

  test("all traffic of the network is written to a group that is kept as long as other logs", () => {
    const record = find(plan, "aws:ec2/flowLog:FlowLog")
    assert.deepEqual(inputs(record), {
      vpcId: `\${vpc.id}`,
      trafficType: "ALL",
      logDestinationType: "cloud-watch-logs",
      logDestination: `\${flow-logs.arn}`,
      iamRoleArn: `\${flow-logs-role.arn}`,
    })
    assert.deepEqual(inputs(find(plan, "aws:cloudwatch/logGroup:LogGroup", "flow-logs")), {
      name: "/aws/vpc/atlas-production-flow-logs",
      retentionInDays: 30,
    })
    const { Statement } = JSON.parse(String(find(plan, "aws:iam/role:Role", "flow-logs-role").inputs.assumeRolePolicy))
    assert.deepEqual(Statement[0].Condition.StringEquals, { "aws:SourceAccount": `\${vpc.ownerId}` })
    assertBefore(plan, record, ["flow-logs-policy"])
  })

  test("the load balancer writes its requests to a bucket that takes them before it is made", () => {
    const balancer = find(plan, "aws:lb/loadBalancer:LoadBalancer")
    const bucket = `atlas-production-access-logs-\${vpc.ownerId}`
    assert.deepEqual(balancer.inputs.accessLogs, { enabled: true, bucket })
    assertBefore(plan, balancer, ["access-logs-policy"])
    const encryption = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    // The one kind of encryption that the log service can write with.
    assert.deepEqual(find(plan, encryption, "access-logs-encryption").inputs.rules, [
      { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } },
    ])
    const lifecycle = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    const { rules } = find(plan, lifecycle, "access-logs-lifecycle").inputs as { rules: { expiration: unknown }[] }
    assert.deepEqual(
      rules.map(({ expiration }) => expiration),
      [{ days: 30 }],
    )
  })

  test("no rule finds anything in it", () => {
    assert.deepEqual(findingsOf(plan.resources, { environment: "production" }), [])
  })
})
