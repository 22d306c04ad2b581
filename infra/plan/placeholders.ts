import type { Answer } from "./placeholders/answer.ts"
import { azureAnswers } from "./placeholders/azure.ts"
import { gcpAnswers } from "./placeholders/gcp.ts"

/**
 * What a resource answers in a plan, where nothing is created: readable texts such as "${database.endpoint}", and values
 * of the right type where the program computes with them, so that the structure of every input stays visible.
 */

/** Digests are compared and shortened by their readers, so this one has the right length. */
export const placeholderDigest = `sha256:${"0123456789abcdef".repeat(4)}`
export const placeholderAccount = "123456789012"

/** The properties of each type that are no plain text, or that the engine keeps secret. */
const answers: Readonly<Record<string, Answer>> = {
  ...gcpAnswers,
  "atlas:local:Postgres": ({ name, inputs }) => ({ url: `postgres://${name}/${inputs.database}`, port: 5432 }),
  "atlas:local:Cache": ({ name, of }) => ({ url: `redis://${name}:6379`, ca: of("ca") }),
  "atlas:local:Bundle": ({ of }) => ({ entry: of("entry") }),
  "atlas:local:Job": () => ({ seconds: 1 }),
  "atlas:local:Process": ({ inputs, of }) => ({ port: inputs.preferredPort ?? 49152, log: of("log") }),
  "atlas:local:Gateway": ({ name, inputs }) => ({
    url: `http://${name}:${inputs.preferredPort}`,
    port: inputs.preferredPort,
  }),

  "aws:acm/certificate:Certificate": ({ inputs, of }) => ({
    domainValidationOptions: [inputs.domainName, ...list(inputs.subjectAlternativeNames)].map((domainName) => ({
      domainName,
      resourceRecordName: of("domainValidationOptions.resourceRecordName"),
      resourceRecordType: "CNAME",
      resourceRecordValue: of("domainValidationOptions.resourceRecordValue"),
    })),
  }),
  "aws:ec2/vpc:Vpc": ({ inputs, of }) => ({ ipv6CidrBlock: inputs.ipv6CidrBlock ?? of("ipv6CidrBlock") }),
  "aws:eks/cluster:Cluster": ({ inputs, of }) => ({
    certificateAuthority: { data: of("certificateAuthority.data") },
    certificateAuthorities: [{ data: of("certificateAuthorities.data") }],
    identities: [{ oidcs: [{ issuer: `https://${of("identities.oidcs.issuer")}` }] }],
    vpcConfig: {
      ...object(inputs.vpcConfig),
      clusterSecurityGroupId: of("vpcConfig.clusterSecurityGroupId"),
      vpcId: of("vpcConfig.vpcId"),
    },
    kubernetesNetworkConfig: { serviceIpv4Cidr: "172.20.0.0/16", ...object(inputs.kubernetesNetworkConfig) },
  }),
  "aws:elasticache/replicationGroup:ReplicationGroup": ({ inputs }) => ({
    port: inputs.port ?? 6379,
    memberClusters: [],
  }),
  "aws:lb/loadBalancer:LoadBalancer": ({ of }) => ({ dnsName: of("dnsName") }),
  "aws:rds/cluster:Cluster": ({ inputs, of }) => ({
    port: inputs.port ?? 5432,
    masterUserSecrets: [
      {
        secretArn: of("masterUserSecrets.secretArn"),
        kmsKeyId: of("masterUserSecrets.kmsKeyId"),
        secretStatus: "active",
      },
    ],
    clusterMembers: [],
  }),
  "aws:rds/clusterInstance:ClusterInstance": () => ({ port: 5432, writer: true }),
  "aws:route53/zone:Zone": ({ of }) => ({ nameServers: [of("nameServers[0]"), of("nameServers[1]")] }),

  "docker-build:index:Image": ({ inputs }) => {
    const [tag] = list(inputs.tags)
    const repository = typeof tag === "string" ? tag.replace(/:[^:/]+$/, "") : "image"
    return {
      digest: placeholderDigest,
      ref: `${repository}@${placeholderDigest}`,
      contextHash: placeholderDigest.slice(7),
    }
  },

  "pulumi:index:Stash": ({ inputs }) => ({ output: inputs.input }),
  ...azureAnswers,

  "kubernetes:core/v1:Service": ({ inputs, of }) => ({
    spec: { clusterIP: of("spec.clusterIP"), ...object(inputs.spec) },
    status: { loadBalancer: { ingress: [{ hostname: of("status.loadBalancer.ingress[0].hostname") }] } },
  }),
  "kubernetes:networking.k8s.io/v1:Ingress": ({ of }) => ({
    status: { loadBalancer: { ingress: [{ hostname: of("status.loadBalancer.ingress[0].hostname") }] } },
  }),
}

/** What the engine of a target keeps secret beside what the SDK declares so. */
const secretOutputs: Readonly<Record<string, readonly string[]>> = {
  "atlas:local:Secret": ["value"],
  "atlas:local:Postgres": ["url"],
  "atlas:local:Cache": ["url"],
}

/** Which outputs of a type are secrets. */
export const secretsOf = (type: string): readonly string[] => secretOutputs[type] ?? []

/** Names of properties that are text on every cloud. */
const textual =
  /(arn|id|name|endpoint|address|url|uri|host|hostname|fqdn|dnsName|issuer|version|token|digest|ref|zone|hex|dec|b64Std|b64Url|result|value|ip|etag|fingerprint|hash|repository|region|domain|state)$/i

/**
 * The outputs of one resource. `properties` are all that its type has; those that are missing in the answer have no
 * placeholder, and the program must not read them.
 */
export function placeholders(
  type: string,
  name: string,
  inputs: Readonly<Record<string, unknown>>,
  properties: Iterable<string>,
): Readonly<Record<string, unknown>> {
  const of = (path: string) => `\${${name}.${path}}`
  const texts = [...properties].filter((property) => textual.test(property)).map((property) => [property, of(property)])
  return {
    ...Object.fromEntries(texts),
    ...inputs,
    ...(type.startsWith("kubernetes:") ? named(inputs, of) : {}),
    ...answers[type]?.({ name, inputs, of }),
  }
}

/** The placeholder of a resource's id. */
export const placeholderId = (name: string): string => `\${${name}.id}`

/** A cluster gives each object a name, where it has none, and a uid. */
function named({ metadata }: Readonly<Record<string, unknown>>, of: (path: string) => string) {
  return { metadata: { name: of("metadata.name"), uid: of("metadata.uid"), ...object(metadata) } }
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** The members of an object that is no secret. */
const object = (value: unknown): object =>
  value !== null && typeof value === "object" && !Array.isArray(value) ? value : {}
