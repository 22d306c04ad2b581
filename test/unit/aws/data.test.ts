import assert from "node:assert/strict"
import { before, describe, test } from "node:test"
import type { Plan } from "../../../infra/plan/resource.ts"
import { secretMark as secret } from "../../../infra/plan/resource.ts"
import { development, find, inputs, ofType, planStack, production } from "./plan.ts"

describe("the data of a production stack on AWS", () => {
  let plan: Plan
  before(async () => {
    plan = await planStack(production)
  })

  test("the database is private, encrypted, protected, kept for 30 days and in two zones", () => {
    assert.deepEqual(inputs(find(plan, "aws:rds/cluster:Cluster")), {
      clusterIdentifier: "atlas-production-database",
      engine: "aurora-postgresql",
      engineMode: "provisioned",
      engineVersion: "17.7",
      databaseName: "atlas",
      masterUsername: "atlas",
      masterPassword: secret,
      port: 5432,
      serverlessv2ScalingConfiguration: { minCapacity: 2, maxCapacity: 8 },
      dbSubnetGroupName: "atlas-production-database",
      vpcSecurityGroupIds: [`\${database-security.id}`],
      dbClusterParameterGroupName: "atlas-production-database-17",
      storageEncrypted: true,
      backupRetentionPeriod: 30,
      copyTagsToSnapshot: true,
      deletionProtection: true,
      finalSnapshotIdentifier: "atlas-production-final",
      skipFinalSnapshot: false,
      enabledCloudwatchLogsExports: ["postgresql"],
      applyImmediately: true,
    })
    const instances = ofType(plan, "aws:rds/clusterInstance:ClusterInstance")
    assert.equal(instances.length, 2)
    for (const { inputs } of instances) {
      assert.deepEqual([inputs.instanceClass, inputs.publiclyAccessible], ["db.serverless", false])
    }
    const { family, parameters } = find(plan, "aws:rds/clusterParameterGroup:ClusterParameterGroup").inputs
    assert.deepEqual([family, parameters], ["aurora-postgresql17", [{ name: "rds.force_ssl", value: "1" }]])
    assert.deepEqual(
      find(plan, "aws:rds/subnetGroup:SubnetGroup").inputs.subnetIds,
      ["euc1-az1", "euc1-az2"].map((zone) => `\${data-${zone}.id}`),
    )
  })

  test("the cache has two nodes with failover, TLS and a password", () => {
    assert.deepEqual(inputs(find(plan, "aws:elasticache/replicationGroup:ReplicationGroup")), {
      replicationGroupId: "atlas-production-cache",
      description: "Result cache and rate counters",
      engine: "valkey",
      engineVersion: "8.2",
      nodeType: "cache.t4g.micro",
      numCacheClusters: 2,
      automaticFailoverEnabled: true,
      multiAzEnabled: true,
      port: 6379,
      subnetGroupName: "atlas-production-cache",
      securityGroupIds: [`\${cache-security.id}`],
      parameterGroupName: "atlas-production-cache",
      transitEncryptionEnabled: true,
      transitEncryptionMode: "required",
      atRestEncryptionEnabled: true,
      authToken: secret,
      snapshotRetentionLimit: 0,
      applyImmediately: true,
    })
    const { length, special } = find(plan, "random:index/randomPassword:RandomPassword", "cache-token").inputs
    assert.deepEqual([length, special], [40, false])
  })

  test("the image is built for the nodes' platform, pushed under a tag of its own, and run by its digest", () => {
    const image = find(plan, "docker-build:index:Image").inputs
    const { context: _, dockerfile: __, tags, buildArgs, registries, ...rest } = image
    assert.deepEqual(registries, [
      { address: `\${registry.repositoryUrl}`, username: `\${registry.token.userName}`, password: secret },
    ])
    assert.deepEqual(rest, { platforms: ["linux/amd64"], push: true, buildOnPreview: false, network: "default" })
    assert.deepEqual(Object.keys(buildArgs as object).sort(), ["BUILD_DATE", "REVISION", "VERSION"])
    assert.match(String((tags as unknown[])[0]), /^\$\{registry\.repositoryUrl\}:\d+\.\d+\.\d+-[0-9a-f]{12}$/)
    const release = plan.outputs.release
    assert.match(String(release), /^\$\{registry\.repositoryUrl\}@sha256:[0-9a-f]{64}$/)
    for (const name of ["atlas", "atlas-worker"]) {
      const pods = JSON.stringify(find(plan, "kubernetes:apps/v1:Deployment", name).inputs)
      assert.ok(pods.includes(`"image":"${release}"`), name)
    }
    assert.deepEqual(inputs(find(plan, "aws:ecr/repository:Repository")), {
      name: "atlas-production",
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      forceDelete: false,
    })
  })

  test("the archive is closed, encrypted, kept for 30 days and reached by TLS alone", () => {
    assert.equal(
      find(plan, "aws:s3/bucket:Bucket", "archive").inputs.bucket,
      `atlas-production-archive-\${vpc.ownerId}`,
    )
    assert.deepEqual(find(plan, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "archive-access").inputs, {
      bucket: `atlas-production-archive-\${vpc.ownerId}`,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    })
    const policy: { Statement: { Sid: string; Effect: string }[] } = JSON.parse(
      String(find(plan, "aws:s3/bucketPolicy:BucketPolicy", "archive-policy").inputs.policy),
    )
    assert.deepEqual(
      policy.Statement.map(({ Sid, Effect }) => `${Effect} ${Sid}`),
      ["Deny NoPlainHttp", "Deny NoOldTls"],
    )
    const { rules } = find(
      plan,
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
      "archive-lifecycle",
    ).inputs
    assert.deepEqual(
      (rules as { expiration: unknown }[]).map(({ expiration }) => expiration),
      [{ days: 30 }],
    )
  })

  test("secrets lie in Secrets Manager, and can be had back for 30 days", () => {
    const secrets = ofType(plan, "aws:secretsmanager/secret:Secret")
    assert.deepEqual(
      secrets.map(({ inputs }) => inputs.name).sort(),
      [...["database-password", "database-url", "kong-yml", "operator-key", "redis-url"]].map(
        (name) => `atlas-production-${name}`,
      ),
    )
    assert.ok(secrets.every(({ inputs }) => inputs.recoveryWindowInDays === 30))
    for (const { inputs } of ofType(plan, "aws:secretsmanager/secretVersion:SecretVersion")) {
      assert.equal(inputs.secretString, secret)
    }
  })
})

describe("a development stack on AWS", () => {
  const image = `ghcr.io/you/atlas@sha256:${"ab".repeat(32)}`
  let plan: Plan
  before(async () => {
    plan = await planStack({ ...development, "atlas:image": image }, "dev")
  })

  test("it costs less and leaves nothing behind", () => {
    assert.equal(ofType(plan, "aws:ec2/natGateway:NatGateway").length, 1)
    assert.equal(ofType(plan, "aws:rds/clusterInstance:ClusterInstance").length, 1)
    const database = find(plan, "aws:rds/cluster:Cluster").inputs
    assert.deepEqual(database.serverlessv2ScalingConfiguration, {
      minCapacity: 0,
      maxCapacity: 8,
      secondsUntilAutoPause: 300,
    })
    assert.deepEqual([database.deletionProtection, database.skipFinalSnapshot], [false, true])
    for (const { inputs } of ofType(plan, "aws:secretsmanager/secret:Secret")) {
      assert.equal(inputs.recoveryWindowInDays, 0)
    }
    for (const { inputs } of ofType(plan, "aws:s3/bucket:Bucket")) assert.equal(inputs.forceDestroy, true)
  })

  test("a given image is run as it is, and no registry made", () => {
    assert.equal(plan.outputs.release, image)
    assert.deepEqual(ofType(plan, "aws:ecr/repository:Repository"), [])
    assert.deepEqual(ofType(plan, "docker-build:index:Image"), [])
  })
})
