import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as pulumi from "@pulumi/pulumi"
import { service } from "../../../app/contract/service.ts"
import { readConfig } from "../../../infra/config.ts"
import { assertCloudIsKept } from "../../../infra/kept-cloud.ts"
import { AtlasStack } from "../../../infra/stack.ts"
import { targets } from "../../../infra/targets/index.ts"
import { changeOfSpec, type mutations } from "../../support/infra/mutations.ts"

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
  const change = process.env.ATLAS_TEST_CHANGE
  if (change !== undefined) return await changedProgram(change as keyof typeof mutations)
  const { default: main }: { default: () => Promise<unknown> } = await import(entry)
  return await main()
}

/** The program with a facet of the spec changed for which the config has no key. */
async function changedProgram(facet: keyof typeof mutations): Promise<object> {
  const change = changeOfSpec(facet)?.spec
  if (change === undefined) throw new Error(`No change of the spec changes ${facet}`)
  const secretKeys: readonly string[] = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]")
  const { spec, target, values, names } = await readConfig(pulumi.runtime.allConfig(), targets, {
    project: pulumi.getProject(),
    stack: pulumi.getStack(),
    isSecret: (key) => secretKeys.includes(key),
    examples: "refused",
  })
  await assertCloudIsKept(target.name)
  const secret = (key: string) => new pulumi.Config().getSecret(key.slice(key.indexOf(":") + 1))
  const { url, release } = new AtlasStack(service.name, {
    context: { spec: change(spec), values, names, secret },
    target,
  })
  return { url, release }
}
