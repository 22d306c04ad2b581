import * as aws from "@pulumi/aws"
import * as kubernetes from "@pulumi/kubernetes"
import * as pulumi from "@pulumi/pulumi"
import { createRole, type Role } from "./identity.ts"
import { createLogGroup } from "./logs.ts"
import type { Network } from "./network.ts"
import { trustOf } from "./policies.ts"
import type { Scope } from "./scope.ts"

/**
 * Of EKS's standard support until 27 March 2027, and the newest that the autoscaler's version is tested with:
 * https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
 */
const defaultVersion = "1.35"

/** Addresses of Services; no address of the network may be one of them. */
export const serviceCidr = "172.20.0.0/16"

export interface Cluster {
  readonly cluster: aws.eks.Cluster
  readonly name: string
  /** The group that EKS puts its nodes into, and on Auto Mode their pods. */
  readonly securityGroupId: pulumi.Output<string>
  readonly provider: kubernetes.Provider
}

/** EKS Auto Mode: https://docs.aws.amazon.com/eks/latest/userguide/automode.html */
export function createCluster(scope: Scope, network: Network): Cluster {
  const name = scope.name("cluster", "")
  const { control, nodes } = createClusterRoles(scope)
  // EKS would make it by itself, keep it for ever, and leave it behind.
  const logs = createLogGroup(scope, "cluster-logs", `/aws/eks/${name}/cluster`)
  const cluster = new aws.eks.Cluster(
    "cluster",
    {
      name,
      version: scope.values["atlas:kubernetesVersion"] ?? defaultVersion,
      roleArn: control.arn,
      // Auto Mode is these three together; each without the others is refused.
      computeConfig: { enabled: true, nodePools: ["general-purpose", "system"], nodeRoleArn: nodes.arn },
      kubernetesNetworkConfig: {
        elasticLoadBalancing: { enabled: true },
        ipFamily: "ipv4",
        serviceIpv4Cidr: serviceCidr,
      },
      storageConfig: { blockStorage: { enabled: true } },
      bootstrapSelfManagedAddons: false,
      // Whoever creates the cluster also creates what runs in it.
      accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: true },
      vpcConfig: {
        subnetIds: network.privateSubnets.map(({ id }) => id),
        endpointPrivateAccess: true,
        endpointPublicAccess: true,
        publicAccessCidrs: [...scope.values["atlas:apiCidrs"]],
      },
      enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
      upgradePolicy: { supportType: "STANDARD" },
      tags: scope.tags("cluster"),
    },
    { parent: scope.parent, dependsOn: [...control.grants, ...nodes.grants, ...network.routes, logs] },
  )
  createOperatorAccess(scope, cluster)
  return {
    cluster,
    name,
    securityGroupId: cluster.vpcConfig.apply(({ clusterSecurityGroupId }) => clusterSecurityGroupId),
    provider: createProvider(scope, cluster, name),
  }
}

/** https://docs.aws.amazon.com/eks/latest/userguide/auto-cluster-iam-role.html and auto-create-node-role.html */
function createClusterRoles(scope: Scope): { control: Role; nodes: Role } {
  const control = createRole(scope, "cluster", {
    trust: trustOf("eks.amazonaws.com", "sts:TagSession"),
    managed: [
      "AmazonEKSClusterPolicy",
      "AmazonEKSComputePolicy",
      "AmazonEKSBlockStoragePolicy",
      "AmazonEKSLoadBalancingPolicy",
      "AmazonEKSNetworkingPolicy",
    ],
  })
  const nodes = createRole(scope, "nodes", {
    trust: trustOf("ec2.amazonaws.com"),
    managed: ["AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly"],
  })
  return { control, nodes }
}

/** The operators' role, beside the identity that deploys. */
function createOperatorAccess(scope: Scope, cluster: aws.eks.Cluster): void {
  const principalArn = scope.values["atlas:operatorRoleArn"]
  if (principalArn === undefined) return
  const { parent } = scope
  const entry = new aws.eks.AccessEntry(
    "operator-access",
    { clusterName: cluster.name, principalArn, tags: scope.tags("operator-access") },
    { parent },
  )
  new aws.eks.AccessPolicyAssociation(
    "operator-policy",
    {
      clusterName: cluster.name,
      principalArn: entry.principalArn,
      policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
      accessScope: { type: "cluster" },
    },
    { parent },
  )
}

/**
 * The identifier is what makes a cluster another one. Without it any change of the kubeconfig replaces all that stands
 * in the cluster (https://github.com/pulumi/pulumi-eks/issues/764).
 */
function createProvider(scope: Scope, cluster: aws.eks.Cluster, name: string): kubernetes.Provider {
  const region = scope.values["aws:region"]
  const kubeconfig = pulumi
    .all([cluster.endpoint, cluster.certificateAuthority])
    .apply(([endpoint, { data }]) => JSON.stringify(kubeconfigOf({ name, region, endpoint, authority: data })))
  return new kubernetes.Provider(
    "kubernetes",
    { kubeconfig: pulumi.secret(kubeconfig), clusterIdentifier: `${region}/${name}` },
    { parent: scope.parent, dependsOn: [cluster] },
  )
}

interface ClusterAddress {
  readonly name: string
  readonly region: string
  readonly endpoint: string
  /** The cluster's own certificate authority, Base64. */
  readonly authority: string
}

/** It holds no credential: whoever uses it asks AWS for a token, by the `aws` command. */
export function kubeconfigOf({ name, region, endpoint, authority }: ClusterAddress) {
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server: endpoint, "certificate-authority-data": authority } }],
    users: [
      {
        name,
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command: "aws",
            args: ["eks", "get-token", "--region", region, "--cluster-name", name, "--output", "json"],
            interactiveMode: "Never",
          },
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  }
}
