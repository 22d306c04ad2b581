// Pulumi's entry, in plain JavaScript: an older Node cannot load the TypeScript behind it and would say so in a stack
// trace. Run by the engine's language host, which takes what the default export answers as the stack's outputs.
import { readFileSync } from "node:fs"
import { RunError } from "@pulumi/pulumi"

export default async function main() {
  // The major version of the Node that the install brings; all is written for that one.
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))
  const needed = Number.parseInt(manifest.dependencies.node, 10)
  const found = process.versions.node
  if (Number.parseInt(found, 10) < needed) {
    throw new RunError(
      `Atlas needs Node ${needed} or newer, and this is Node ${found}. ` +
        `Run "npm install", then put its Node first: PATH="$PWD/node_modules/.bin:$PATH" pulumi up`,
    )
  }
  const { program } = await import("./index.ts")
  return program()
}
