import type { Answer } from "./answer.ts"

/** The port of Memorystore with TLS. */
const cachePort = 6378

/** What Google Cloud answers beside plain texts. */
export const gcpAnswers: Readonly<Record<string, Answer>> = {
  "gcp:certificatemanager/dnsAuthorization:DnsAuthorization": ({ inputs, of }) => ({
    dnsResourceRecords: [
      { name: `_acme-challenge.${inputs.domain}.`, type: "CNAME", data: of("dnsResourceRecords[0].data") },
    ],
  }),
  "gcp:cloudrunv2/job:Job": () => ({ terminalConditions: [{ type: "Ready", state: "CONDITION_SUCCEEDED" }] }),
  "gcp:redis/instance:Instance": ({ of }) => ({
    port: cachePort,
    authString: of("authString"),
    serverCaCerts: [{ cert: of("serverCaCerts[0].cert") }],
  }),
  "gcp:serviceaccount/account:Account": ({ of }) => ({ email: of("email") }),
  "gcp:sql/databaseInstance:DatabaseInstance": ({ of }) => ({
    dnsNames: [{ connectionType: "PRIVATE_SERVICES_ACCESS", dnsScope: "INSTANCE", name: `${of("dnsNames[0].name")}.` }],
    serverCaCerts: [{ cert: of("serverCaCerts[0].cert") }],
  }),
}
