import { parse, stringify } from "yaml"
import { parseKongConfig } from "./check.ts"
import type { KongConfig } from "./schema.ts"

/** The file that Kong reads. The same configuration always gives the same text. A secret: the keys are in it. */
export function renderKong(config: KongConfig): string {
  return stringify(config, { aliasDuplicateObjects: false, lineWidth: 0 })
}

/** Reads such a file, or JSON, which YAML includes. Throws an error that says everything that is wrong with it. */
export function readKong(text: string): KongConfig {
  return parseKongConfig(parse(text))
}
