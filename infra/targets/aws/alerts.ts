import * as aws from "@pulumi/aws"
import * as pulumi from "@pulumi/pulumi"
import { stringify } from "yaml"
import { observabilityOf, renderRules, ruleGroup } from "../../observability/index.ts"
import type { AlertSpec } from "../../spec/stack-spec.ts"
import type { Metrics } from "./observability.ts"
import { alertsPublish } from "./policies.ts"
import type { Scope } from "./scope.ts"

/** The rules in the workspace, which judges them, and a topic that its alert manager writes to. */
export function createAlerts(scope: Scope, { email }: AlertSpec, metrics: Metrics): void {
  const { parent } = scope
  const { alerts } = observabilityOf(scope.context.spec)
  const inWorkspace = { workspaceId: metrics.workspaceId }
  new aws.amp.RuleGroupNamespace(
    "alert-rules",
    { name: ruleGroup, ...inWorkspace, data: renderRules(alerts), tags: scope.tags("alert-rules") },
    { parent },
  )
  const topic = new aws.sns.Topic(
    "alerts",
    { name: scope.name("topic", "alerts"), tags: scope.tags("alerts") },
    { parent },
  )
  const allowed = new aws.sns.TopicPolicy(
    "alerts-policy",
    {
      arn: topic.arn,
      policy: pulumi
        .all([topic.arn, metrics.workspaceArn])
        .apply(([topicArn, workspaceArn]) => JSON.stringify(alertsPublish(topicArn, workspaceArn))),
    },
    { parent },
  )
  new aws.amp.AlertManagerDefinition(
    "alert-manager",
    {
      ...inWorkspace,
      definition: topic.arn.apply((arn) => alertManager(arn, scope.values["aws:region"])),
    },
    { parent, dependsOn: [allowed] },
  )
  if (email === undefined) return
  // It sends nothing until the address has confirmed it.
  new aws.sns.TopicSubscription("alerts-mail", { topic: topic.arn, protocol: "email", endpoint: email }, { parent })
}

/**
 * One mail for each alert that begins and one when it ends, again after four hours while it lasts:
 * https://docs.aws.amazon.com/prometheus/latest/userguide/AMP-alertmanager-receiver-config.html
 */
export function alertManager(topicArn: string, region: string): string {
  const config = {
    route: {
      receiver: "default",
      group_by: ["alertname"],
      group_wait: "30s",
      group_interval: "5m",
      repeat_interval: "4h",
    },
    receivers: [
      {
        name: "default",
        sns_configs: [
          {
            topic_arn: topicArn,
            sigv4: { region },
            send_resolved: true,
            subject: "Atlas: {{ .CommonLabels.alertname }} {{ .Status }}",
          },
        ],
      },
    ],
  }
  return stringify({ alertmanager_config: stringify(config, { lineWidth: 0 }) })
}
