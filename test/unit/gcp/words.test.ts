import assert from "node:assert/strict"
import { readdirSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { test } from "node:test"
import { development, planStack, production } from "./plan.ts"

/**
 * No type says which words an input takes. The SDK's own documentation does, so each word in capitals that the program
 * sends must stand in it: on the page of its resource, or of what is nested in that.
 */
const folder = dirname(createRequire(import.meta.url).resolve("@pulumi/gcp/package.json"))
const nested = readFileSync(join(folder, "types/input.d.ts"), "utf8")

/** What is nested in the resources of one module. */
function namespaceOf(module: string): string {
  const start = nested.indexOf(`export declare namespace ${module} {`)
  return start < 0 ? "" : nested.slice(start, nested.indexOf("\n}", start))
}

const documentationOf = (type: string): string => {
  const [, module = ""] = type.split(":")
  const [directory = "", file = ""] = module.split("/")
  const found = readdirSync(join(folder, directory)).find((one) => one.toLowerCase() === `${file.toLowerCase()}.d.ts`)
  assert.ok(found !== undefined, type)
  return readFileSync(join(folder, directory, found), "utf8") + namespaceOf(directory)
}

function* words(value: unknown): Generator<string> {
  if (typeof value === "string" && /^[A-Z][A-Z0-9]*_?[A-Z0-9_]{2,}$/.test(value)) yield value
  else if (typeof value === "object" && value !== null) {
    // Variables are the app's and Kong's, and so are their values.
    for (const [name, member] of Object.entries(value)) if (name !== "envs") yield* words(member)
  }
}

test("every word in capitals is one that the provider's documentation names", async () => {
  const plans = await Promise.all([planStack(production), planStack(development, "dev")])
  const found = new Map<string, string>()
  for (const { type, inputs } of plans.flatMap(({ resources }) => resources)) {
    if (type.startsWith("gcp:")) for (const word of words(inputs)) found.set(`${type} ${word}`, word)
  }
  assert.ok(found.size > 30, String(found.size))
  const unknown = [...found].filter(([at, word]) => {
    const type = at.slice(0, at.indexOf(" "))
    return !new RegExp(`\\b${word}\\b`).test(documentationOf(type))
  })
  assert.deepEqual(unknown, [])
})
