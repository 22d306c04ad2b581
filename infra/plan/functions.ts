import { azureFunctions } from "./placeholders/azure-functions.ts"
import { placeholderAccount } from "./placeholders.ts"

type Answer = (inputs: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>

const of = (path: string) => `\${${path}}`

/** The functions of a cloud that a program may call while it is planned, and what they answer. */
const answers: Readonly<Record<string, Answer>> = {
  ...azureFunctions,
  "aws:index/getCallerIdentity:getCallerIdentity": () => ({
    id: placeholderAccount,
    accountId: placeholderAccount,
    arn: `arn:aws:iam::${placeholderAccount}:user/plan`,
    userId: "plan",
  }),
  "aws:ecr/getAuthorizationToken:getAuthorizationToken": ({ registryId }) => ({
    id: of("registry.token.id"),
    registryId,
    authorizationToken: of("registry.token"),
    proxyEndpoint: of("registry.token.proxyEndpoint"),
    expiresAt: of("registry.token.expiresAt"),
    userName: of("registry.token.userName"),
    password: of("registry.token.password"),
  }),
  "aws:index/getPartition:getPartition": () => ({
    id: "aws",
    partition: "aws",
    dnsSuffix: "amazonaws.com",
    reverseDnsPrefix: "com.amazonaws",
  }),
  "aws:index/getRegion:getRegion": ({ region }) => ({ id: region ?? of("region"), region: region ?? of("region") }),
  "aws:index/getAvailabilityZones:getAvailabilityZones": () => {
    const zones = [0, 1, 2].map((index) => of(`zones.names[${index}]`))
    return { id: of("zones.id"), names: zones, zoneIds: zones }
  },
  "aws:route53/getZone:getZone": ({ name, zoneId }) => ({
    id: of("zone.id"),
    name: name ?? of("zone.name"),
    zoneId: zoneId ?? of("zone.zoneId"),
    nameServers: [of("zone.nameServers[0]")],
  }),
  "gcp:organizations/getClientConfig:getClientConfig": () => ({
    id: of("client.id"),
    accessToken: of("client.accessToken"),
    defaultLabels: {},
    project: of("client.project"),
    region: of("client.region"),
    zone: of("client.zone"),
  }),
}

/** What a function answers in a plan; undefined for one that is not known. */
export const answerFunction = (
  token: string,
  inputs: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> | undefined => answers[token]?.(inputs)
