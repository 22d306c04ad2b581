import type { Check } from "../../check.ts"
import { dataChecks } from "./data.ts"
import { identityChecks } from "./documents.ts"
import { networkChecks } from "./network.ts"
import { platformChecks } from "./platform.ts"
import { watchChecks } from "./watch.ts"

/** What the rules look at on AWS. */
export const awsChecks: readonly Check[] = [
  ...dataChecks,
  ...identityChecks,
  ...networkChecks,
  ...platformChecks,
  ...watchChecks,
]
