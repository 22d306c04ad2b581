import { data } from "./data.ts"
import { managed } from "./managed.ts"
import { platform } from "./platform.ts"
import { watch } from "./watch.ts"
import { workloads } from "./workloads.ts"

/**
 * Every rule, by id, in no cloud's words; which property of which resource a rule looks at stands in the tables of
 * rules/. docs/policies.md shows this list.
 */
export const catalog = { ...data, ...workloads, ...managed, ...platform, ...watch }

export type RuleId = keyof typeof catalog
