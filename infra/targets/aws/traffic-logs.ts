import * as aws from "@pulumi/aws"
import * as pulumi from "@pulumi/pulumi"
import { type Bucket, createBucket } from "./bucket.ts"
import { createRole } from "./identity.ts"
import { createLogGroup, keptDays } from "./logs.ts"
import { flowLogTrust, flowLogWrite, loadBalancerLogs } from "./policies.ts"
import type { Scope } from "./scope.ts"

/**
 * Who talked to whom in the network, and what was refused:
 * https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-cwl.html
 */
export function createFlowLog(scope: Scope, vpc: aws.ec2.Vpc): void {
  const group = createLogGroup(scope, "flow-logs", `/aws/vpc/${scope.name("logGroup", "flow-logs")}`)
  const role = createRole(scope, "flow-logs", {
    trust: pulumi.all([vpc.ownerId, scope.values["aws:region"]]).apply(([account, region]) => {
      return flowLogTrust(account, region)
    }),
    inline: group.arn.apply(flowLogWrite),
  })
  new aws.ec2.FlowLog(
    "flow-log",
    {
      vpcId: vpc.id,
      trafficType: "ALL",
      logDestinationType: "cloud-watch-logs",
      logDestination: group.arn,
      iamRoleArn: role.arn,
      tags: scope.tags("flow-log"),
    },
    { parent: scope.parent, dependsOn: [...role.grants] },
  )
}

/** The bucket of the load balancer's requests; it writes to no log group, and its first write needs the policy. */
export const createAccessLogs = (scope: Scope, accountId: pulumi.Output<string>): Bucket =>
  createBucket(scope, {
    part: "access-logs",
    accountId,
    days: keptDays(scope),
    versioned: false,
    policy: loadBalancerLogs,
  })
