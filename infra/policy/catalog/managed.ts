import type { RuleText } from "../rule.ts"
import { googleDocs } from "./sources.ts"

/** What is asked where the cloud itself runs the containers, and its conveniences are the hazards. */
export const managed = {
  "secret-version-pinned": {
    title: "A secret is read at a version that is named",
    why: "The newest one changes under a release that was proven with the one before, and at each instance's start",
    source: `${googleDocs}/secret-manager/docs/best-practices`,
    severity: "mandatory",
  },
  "gate-awaited": {
    title: "A job that must pass is waited for, and not tried twice",
    why: "One that is only started lets a release serve that has proven nothing",
    source: `${googleDocs}/run/docs/execute/jobs`,
    severity: "mandatory",
  },
  "egress-through-network": {
    title: "All that a workload sends goes through the stack's network",
    why: "What goes past the network goes past its rules: they would not see a workload talk to the internet",
    source: `${googleDocs}/run/docs/configuring/vpc-direct-vpc`,
    severity: "mandatory",
  },
  "identity-no-keys": {
    title: "A workload's identity has no key that can be copied",
    why: "A key works anywhere, for anyone, until somebody remembers it",
    source: `${googleDocs}/iam/docs/best-practices-for-managing-service-account-keys`,
    severity: "mandatory",
  },
  "services-kept-enabled": {
    title: "Deleting a stack disables no service of the account",
    why: "Other stacks of the same account use it too, and lose what it holds",
    source: `${googleDocs}/service-usage/docs/enable-disable`,
    severity: "mandatory",
  },
  "database-certificate-named": {
    title: "The database's certificate names its host",
    why: "A client that verifies the host refuses one that does not, and one that verifies less can be lied to",
    source: `${googleDocs}/sql/docs/postgres/authorize-ssl`,
    severity: "mandatory",
  },
  "processor-between-requests": {
    title: "A replica keeps its processor between requests",
    why: "Probes, pools and collectors work then too; throttled, they time out",
    source: `${googleDocs}/run/docs/configuring/billing-settings`,
    severity: "advisory",
  },
} as const satisfies Record<string, RuleText>
