import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as pulumi from "@pulumi/pulumi"

/** Pulumi's own entry, of plain JavaScript. */
const entry = new URL("../../../infra/main.js", import.meta.url).href

/**
 * The program as the engine runs it, which also tells the echo providers what outputs each type has: a provider knows
 * that from its schema, which is a download.
 */
export default async function program(): Promise<unknown> {
  const folder = process.env.ATLAS_TEST_PROPERTIES
  if (folder === undefined) throw new Error("ATLAS_TEST_PROPERTIES names no folder")
  mkdirSync(folder, { recursive: true })
  const known = new Map<string, Set<string>>()
  pulumi.runtime.registerStackTransformation(({ type, props }) => {
    const names = known.get(type) ?? new Set()
    const before = names.size
    for (const name of Object.keys(props)) names.add(name)
    known.set(type, names)
    if (names.size > before) writeFileSync(join(folder, encodeURIComponent(type)), [...names].join("\n"))
    return undefined
  })
  const { default: main }: { default: () => Promise<unknown> } = await import(entry)
  return await main()
}
