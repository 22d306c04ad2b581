import type { Check } from "../../check.ts"
import { containerChecks } from "./containers.ts"
import { objectChecks } from "./objects.ts"

/** What the rules look at in a cluster. */
export const kubernetesChecks: readonly Check[] = [...containerChecks, ...objectChecks]
