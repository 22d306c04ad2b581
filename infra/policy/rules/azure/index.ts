import type { Check } from "../../check.ts"
import { containerChecks } from "./containers.ts"
import { dataChecks } from "./data.ts"
import { platformChecks } from "./platform.ts"
import { watchChecks } from "./watch.ts"

/** What the rules look at on Azure. */
export const azureChecks: readonly Check[] = [...dataChecks, ...containerChecks, ...platformChecks, ...watchChecks]
