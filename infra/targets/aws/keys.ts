import { isCidr } from "../../spec/cidr.ts"
import { type ConfigKey, everywhere, list, text } from "../../spec/config-key.ts"
import type { TargetValues } from "../../spec/target.ts"
import { isZoneId } from "./zones.ts"

/** The account number of AWS's own examples. */
const exampleAccount = /:123456789012:/

/** Addresses that RFC 5737 keeps for documentation. */
const exampleAddress = /(^|,\s*)(192\.0\.2|198\.51\.100|203\.0\.113)\./

export const keys = {
  "aws:region": text(
    /^(?!cn-|us-gov-)[a-z]{2}(-[a-z]+)+-\d$/,
    "a region such as eu-central-1, not of China or GovCloud",
    { required: everywhere },
  ),
  "atlas:zones": list(
    (zone) => isZoneId(zone) || /^[a-z]{2}(-[a-z]+)+-\d[a-z]$/.test(zone),
    "zones such as euc1-az1,euc1-az2 or, by your account's letters, eu-central-1a,eu-central-1b",
  ),
  "atlas:apiCidrs": list(isCidr, "IPv4 ranges from which the cluster's API may be called, such as 198.51.100.0/24", {
    required: everywhere,
    example: exampleAddress,
  }),
  "atlas:operatorRoleArn": text(
    /^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/,
    "the ARN of an IAM role, such as arn:aws:iam::123456789012:role/operator",
    { example: exampleAccount },
  ),
  "atlas:zoneId": text(/^Z[A-Z0-9]{4,31}$/, "the id of a Route 53 hosted zone, such as Z0EXAMPLE", {
    example: /EXAMPLE/,
  }),
  "atlas:certificateArn": text(
    /^arn:aws:acm:[a-z0-9-]+:\d{12}:certificate\/[0-9a-f-]{36}$/,
    "the ARN of an ACM certificate, such as arn:aws:acm:eu-central-1:123456789012:certificate/… (36 characters)",
    { example: exampleAccount },
  ),
  "atlas:kubernetesVersion": text(/^1\.\d{2}$/, "a version of Kubernetes that EKS offers, such as 1.35"),
  "atlas:databaseCa": text(
    /^-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----\s*$/,
    "the PEM text of the region's bundle from https://truststore.pki.rds.amazonaws.com",
  ),
} as const satisfies Record<string, ConfigKey>

type Keys = typeof keys

export type AwsValues = {
  readonly [Key in keyof Keys]?: NonNullable<ReturnType<Keys[Key]["read"]>> | undefined
} & { readonly "aws:region": string; readonly "atlas:apiCidrs": readonly string[] }

/** The target's values by their types. The config has been read by these very keys, and the required ones are there. */
export const awsValues = (values: TargetValues): AwsValues => values as unknown as AwsValues
