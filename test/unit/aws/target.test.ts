import assert from "node:assert/strict"
import { before, describe, test } from "node:test"
import { parse } from "yaml"
import { service } from "../../../app/contract/service.ts"
import type { Plan } from "../../../infra/plan/resource.ts"
import { secretMark as secret } from "../../../infra/plan/resource.ts"
import { gatewayPorts } from "../../../infra/spec/gateway.ts"
import { alertsPublish } from "../../../infra/targets/aws/policies.ts"
import { assertBefore, find, inputs, ofType, planStack, production } from "./plan.ts"

const zones = ["euc1-az1", "euc1-az2"]

/** Types of AWS that take no tags. */
const untaggable = new Set([
  "aws:acm/certificateValidation:CertificateValidation",
  "aws:ec2/route:Route",
  "aws:ec2/routeTableAssociation:RouteTableAssociation",
  "aws:ecr/lifecyclePolicy:LifecyclePolicy",
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  "aws:route53/record:Record",
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  "aws:s3/bucketPolicy:BucketPolicy",
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "aws:s3/bucketVersioning:BucketVersioning",
  "aws:secretsmanager/secretVersion:SecretVersion",
  "aws:amp/alertManagerDefinition:AlertManagerDefinition",
  "aws:sns/topicPolicy:TopicPolicy",
  "aws:sns/topicSubscription:TopicSubscription",
])

const secretClass = "kubernetes:secrets-store.csi.x-k8s.io/v1:SecretProviderClass"

describe("a production stack on AWS", () => {
  let plan: Plan
  before(async () => {
    plan = await planStack(production)
  })

  test("every resource has a parent, and every one of AWS is marked as the stack's", () => {
    const stack = plan.resources.find(({ type }) => type === "pulumi:pulumi:Stack")
    for (const { type, name, parent, inputs } of plan.resources) {
      if (type !== "pulumi:pulumi:Stack" && type !== "atlas:stack:AtlasStack") {
        assert.ok(parent !== undefined && parent !== stack?.urn, `${type} ${name}`)
      }
      if (!type.startsWith("aws:") || untaggable.has(type)) continue
      const { Name: _, ...tags } = inputs.tags as Record<string, string>
      const own = Object.fromEntries(Object.entries(tags).filter(([tag]) => !/^(kubernetes\.io|eks:)/.test(tag)))
      assert.deepEqual(
        own,
        { project: "atlas", stack: "production", environment: "production", "managed-by": "pulumi" },
        `${type} ${name}`,
      )
    }
  })

  test("the workspace judges the alerts, and its alert manager writes to a topic that mails them", () => {
    const rules = find(plan, "aws:amp/ruleGroupNamespace:RuleGroupNamespace").inputs
    assert.equal(rules.workspaceId, `\${metrics.id}`)
    assert.match(String(rules.data), /^groups:\n {2}- name: atlas\n {4}rules:\n {6}- alert: ErrorBudgetBurnsFast\n/)
    const { definition } = find(plan, "aws:amp/alertManagerDefinition:AlertManagerDefinition").inputs
    const manager = parse(parse(String(definition)).alertmanager_config)
    assert.deepEqual(
      manager.receivers.map((one: { name: string }) => one.name),
      [manager.route.receiver],
    )
    assert.partialDeepStrictEqual(manager.receivers[0].sns_configs[0], {
      topic_arn: `\${alerts.arn}`,
      sigv4: { region: production["aws:region"] },
    })
    const subscription = find(plan, "aws:sns/topicSubscription:TopicSubscription").inputs
    assert.deepEqual(subscription, { topic: `\${alerts.arn}`, protocol: "email", endpoint: "oncall@example.com" })
    const policy = JSON.parse(String(find(plan, "aws:sns/topicPolicy:TopicPolicy").inputs.policy))
    assert.deepEqual(policy, alertsPublish(`\${alerts.arn}`, `\${metrics.arn}`))
    assert.deepEqual(policy.Statement[0]?.Condition, { ArnEquals: { "aws:SourceArn": `\${metrics.arn}` } })
  })

  test("the network has three kinds of subnets in two zones, and only the load balancer's is public", () => {
    assert.equal(find(plan, "aws:ec2/vpc:Vpc").inputs.cidrBlock, "10.0.0.0/16")
    const subnets = ofType(plan, "aws:ec2/subnet:Subnet")
    for (const kind of ["public", "private", "data"]) {
      const own = subnets.filter(({ name }) => name.startsWith(`${kind}-`))
      assert.deepEqual(
        own.map(({ inputs }) => [inputs.availabilityZoneId, inputs.availabilityZone]),
        zones.map((zone) => [zone, undefined]),
      )
      assert.ok(own.every(({ inputs }) => inputs.mapPublicIpOnLaunch === false))
    }
    const role = (kind: string) =>
      Object.keys(find(plan, "aws:ec2/subnet:Subnet", `${kind}-euc1-az1`).inputs.tags as object)
    assert.ok(role("public").includes("kubernetes.io/role/elb"))
    assert.ok(role("private").includes("kubernetes.io/role/internal-elb"))
    assert.equal(ofType(plan, "aws:ec2/natGateway:NatGateway").length, 2)
    // No route leads out of the data subnets.
    assert.deepEqual(
      ofType(plan, "aws:ec2/route:Route").map(({ inputs }) => inputs.routeTableId),
      [`\${public-routes.id}`, `\${private-0-routes.id}`, `\${private-1-routes.id}`],
    )
    assert.deepEqual(inputs(find(plan, "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")), {
      vpcId: `\${vpc.id}`,
      ingress: [],
      egress: [],
    })
  })

  test("what may talk to what is the picture, and the internet reaches the load balancer alone", () => {
    const flows = ofType(plan, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").map(({ inputs }) => [
      inputs.cidrIpv4 ?? inputs.referencedSecurityGroupId,
      inputs.securityGroupId,
      inputs.fromPort,
    ])
    const cluster = `\${cluster.vpcConfig.clusterSecurityGroupId}`
    assert.deepEqual(
      new Set(flows.map((flow) => flow.join(" "))),
      new Set([
        `0.0.0.0/0 \${load-balancer-security.id} 80`,
        `0.0.0.0/0 \${load-balancer-security.id} 443`,
        `\${load-balancer-security.id} ${cluster} ${gatewayPorts.proxy}`,
        `\${scraper-security.id} ${cluster} ${service.port}`,
        `\${scraper-security.id} ${cluster} ${gatewayPorts.status}`,
        `\${scraper-security.id} ${cluster} 443`,
        `${cluster} \${database-security.id} 5432`,
        `${cluster} \${cache-security.id} 6379`,
      ]),
    )
    const out = ofType(plan, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
    assert.equal(out.length, 4)
    for (const { inputs } of out) assert.equal(inputs.referencedSecurityGroupId, cluster)
    for (const { inputs } of ofType(plan, "aws:ec2/securityGroup:SecurityGroup")) {
      assert.equal(inputs.ingress ?? inputs.egress, undefined)
    }
  })

  test("the cluster is EKS Auto Mode, its API restricted and audited", () => {
    assert.deepEqual(inputs(find(plan, "aws:eks/cluster:Cluster")), {
      name: "atlas-production",
      version: "1.35",
      roleArn: `\${cluster-role.arn}`,
      computeConfig: {
        enabled: true,
        nodePools: ["general-purpose", "system"],
        nodeRoleArn: `\${nodes-role.arn}`,
      },
      kubernetesNetworkConfig: {
        elasticLoadBalancing: { enabled: true },
        ipFamily: "ipv4",
        serviceIpv4Cidr: "172.20.0.0/16",
      },
      storageConfig: { blockStorage: { enabled: true } },
      bootstrapSelfManagedAddons: false,
      accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: true },
      vpcConfig: {
        subnetIds: zones.map((zone) => `\${private-${zone}.id}`),
        endpointPrivateAccess: true,
        endpointPublicAccess: true,
        publicAccessCidrs: ["203.0.113.0/24"],
      },
      enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
      upgradePolicy: { supportType: "STANDARD" },
    })
    const groups = ofType(plan, "aws:cloudwatch/logGroup:LogGroup")
    assert.ok(groups.every(({ inputs }) => inputs.retentionInDays === 30))
    assert.ok(groups.some(({ inputs }) => inputs.name === "/aws/eks/atlas-production/cluster"))
  })

  test("the provider of the cluster's objects stays the same when its address changes", () => {
    assert.deepEqual(find(plan, "pulumi:providers:kubernetes").inputs, {
      kubeconfig: secret,
      clusterIdentifier: "eu-central-1/atlas-production",
    })
    const objects = plan.resources.filter(({ type }) => type.startsWith("kubernetes:"))
    const provider = find(plan, "pulumi:providers:kubernetes").urn
    for (const { name, provider: used } of objects) assert.equal(used, provider, name)
  })

  test("network policies are enforced", () => {
    const config = find(plan, "kubernetes:core/v1:ConfigMap", "network-policies").inputs
    assert.deepEqual(config.data, { "enable-network-policy-controller": "true" })
    const { name, namespace } = config.metadata as Record<string, string>
    assert.deepEqual([namespace, name], ["kube-system", "amazon-vpc-cni"])
  })

  test("each workload has a role of its own, which reads its own secrets; the worker's reaches the archive", () => {
    const identities = ofType(plan, "aws:eks/podIdentityAssociation:PodIdentityAssociation")
    assert.deepEqual(
      Object.fromEntries(
        identities.map(({ inputs }) => [`${inputs.namespace}/${inputs.serviceAccount}`, inputs.roleArn]),
      ),
      {
        "amazon-cloudwatch/cloudwatch-agent": `\${logs-role.arn}`,
        "keda/keda-operator": `\${autoscaler-role.arn}`,
        "optimizer/optimizer-sa": `\${api-role.arn}`,
        "optimizer/optimizer-worker-sa": `\${worker-role.arn}`,
      },
    )
    const granted = ofType(plan, "aws:iam/rolePolicy:RolePolicy").map(({ name }) => name)
    assert.deepEqual(granted.sort(), [
      "api-gateway-secrets",
      "api-process-secrets",
      "autoscaler-policy",
      "autoscaler-process-secrets",
      "flow-logs-policy",
      "worker-policy",
      "worker-process-secrets",
    ])
  })

  test("pods mount their secrets from the store, each by its version, and the cluster keeps no copy", () => {
    assert.deepEqual(ofType(plan, "kubernetes:core/v1:Secret"), [])
    const mounted = (name: string) => {
      const { metadata, spec } = find(plan, secretClass, name).inputs as {
        metadata: { name: string }
        spec: { provider: string; parameters: Record<string, string> }
      }
      assert.equal(spec.provider, "aws")
      const { objects = "", ...parameters } = spec.parameters
      assert.deepEqual(parameters, { region: "eu-central-1", usePodIdentity: "true" })
      return { name: metadata.name, objects: JSON.parse(objects) as Record<string, string>[] }
    }
    const [process, gateway] = [mounted("optimizer-secrets"), mounted("optimizer-gateway")]
    assert.deepEqual(
      process.objects,
      ["database-url", "redis-url", "operator-key"].map((file) => ({
        objectName: `\${${file}-secret.arn}`,
        objectType: "secretsmanager",
        objectAlias: file,
        objectVersion: `\${${file}-version.versionId}`,
      })),
    )
    assert.deepEqual(
      gateway.objects.map(({ objectAlias }) => objectAlias),
      ["kong.yml"],
    )

    const { spec } = find(plan, "kubernetes:apps/v1:Deployment", "atlas").inputs as {
      spec: { template: { spec: { volumes: Record<string, unknown>[]; containers: Record<string, unknown>[] } } }
    }
    const app = spec.template.spec.containers[0] ?? assert.fail("The pod has no container")
    const volume = (name: string, secretProviderClass: string) => ({
      name,
      csi: { driver: "secrets-store.csi.k8s.io", readOnly: true, volumeAttributes: { secretProviderClass } },
    })
    assert.deepEqual(spec.template.spec.volumes.slice(0, 2), [
      volume("secrets", process.name),
      volume("gateway", gateway.name),
    ])
    assert.deepEqual(app.volumeMounts, [{ name: "secrets", mountPath: "/etc/atlas-secrets", readOnly: true }])
    assert.deepEqual(
      (app.env as { name: string; value: string }[]).filter(({ name }) => name.endsWith("_FILE")),
      [
        { name: "DATABASE_URL_FILE", value: "/etc/atlas-secrets/database-url" },
        { name: "REDIS_URL_FILE", value: "/etc/atlas-secrets/redis-url" },
        { name: "OPERATOR_KEY_FILE", value: "/etc/atlas-secrets/operator-key" },
      ],
    )
    const { spec: authentication } = find(
      plan,
      "kubernetes:keda.sh/v1alpha1:TriggerAuthentication",
      "optimizer-queue",
    ).inputs
    assert.deepEqual(authentication, {
      awsSecretManager: {
        region: "eu-central-1",
        podIdentity: { provider: "aws" },
        secrets: [
          {
            parameter: "connection",
            name: `\${database-url-secret.arn}`,
            versionId: `\${database-url-version.versionId}`,
          },
        ],
      },
    })
  })

  test("the right to a secret is its readers' alone, and there before they are", () => {
    const readable = (name: string) => {
      const { policy, role } = find(plan, "aws:iam/rolePolicy:RolePolicy", name).inputs
      const [statement, ...others] = JSON.parse(String(policy)).Statement
      assert.deepEqual(others, [])
      assert.deepEqual(statement.Action, ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"])
      return [role, ...statement.Resource]
    }
    const arn = (file: string) => `\${${file}-secret.arn}`
    const process = ["database-url", "redis-url", "operator-key"].map(arn)
    assert.deepEqual(readable("api-process-secrets"), ["atlas-production-api", ...process])
    assert.deepEqual(readable("worker-process-secrets"), ["atlas-production-worker", ...process])
    assert.deepEqual(readable("api-gateway-secrets"), ["atlas-production-api", arn("kong.yml")])
    assert.deepEqual(readable("autoscaler-process-secrets"), ["atlas-production-autoscaler", arn("database-url")])
    for (const name of ["optimizer-secrets", "optimizer-gateway"]) {
      const before = find(plan, secretClass, name).dependencies.map((urn) => urn.slice(urn.lastIndexOf("::") + 2))
      assert.ok(before.includes("aws-secrets-store-csi-driver-provider"))
      assert.ok(before.some((one) => one.startsWith("api-")))
    }
  })

  test("workers run on the spot pool", () => {
    const { spec } = find(plan, "kubernetes:apps/v1:Deployment", "atlas-worker").inputs as {
      spec: { template: { spec: Record<string, unknown> } }
    }
    assert.deepEqual(spec.template.spec.nodeSelector, { "karpenter.sh/nodepool": "workers" })
    assert.deepEqual(spec.template.spec.tolerations, [
      { key: "atlas/workers", operator: "Exists", effect: "NoSchedule" },
    ])
  })

  test("identities, policies, rules, add-ons and data come before the gate, and the gate before what serves", () => {
    const gate = find(plan, "kubernetes:batch/v1:Job")
    assertBefore(plan, gate, [
      ...["api-identity", "worker-identity", "autoscaler-identity", "logs-identity"],
      ...["network-policies", "pods-database-in", "pods-cache-in", "metrics-server", "autoscaler", "worker-pool"],
      ...["database", "database-0", "database-1", "cache", "image"],
    ])
    for (const name of ["atlas", "atlas-worker"]) {
      assertBefore(plan, find(plan, "kubernetes:apps/v1:Deployment", name), [gate.name])
    }
    assertBefore(plan, find(plan, "aws:eks/cluster:Cluster"), [
      ...["cluster-logs", "public-route", "private-0-route", "private-1-route"],
      ...["cluster-AmazonEKSComputePolicy", "nodes-AmazonEKSWorkerNodeMinimalPolicy"],
    ])
  })

  test("the outputs say how to reach each part", () => {
    assert.deepEqual(plan.outputs.archive, `s3://atlas-production-archive-\${vpc.ownerId}`)
    assert.deepEqual(plan.outputs.reach, {
      cluster: "aws eks update-kubeconfig --region eu-central-1 --name atlas-production",
      logs: "aws logs tail /aws/containerinsights/atlas-production/application --region eu-central-1 --follow",
      metrics: `\${metrics.prometheusEndpoint}`,
      database: `kubectl run psql --namespace default --rm -it --image postgres:17 -- psql "host=\${database.endpoint} port=5432 dbname=atlas user=atlas sslmode=require"`,
      databasePassword:
        "aws secretsmanager get-secret-value --region eu-central-1 --secret-id atlas-production-database-password --query SecretString --output text",
      cache: `\${cache.primaryEndpointAddress}:6379`,
      registry: `\${registry.repositoryUrl}`,
    })
  })
})
