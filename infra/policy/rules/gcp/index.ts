import type { Check } from "../../check.ts"
import { dataChecks } from "./data.ts"
import { identityChecks } from "./identity.ts"
import { platformChecks } from "./platform.ts"
import { runChecks } from "./run.ts"
import { watchChecks } from "./watch.ts"

/** What the rules look at on Google Cloud. */
export const gcpChecks: readonly Check[] = [
  ...dataChecks,
  ...runChecks,
  ...identityChecks,
  ...platformChecks,
  ...watchChecks,
]
