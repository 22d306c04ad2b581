#!/usr/bin/env node
// The entry, in plain JavaScript that any Node can read: what it leads to is TypeScript, which only a newer one runs.
import { spawn } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import * as module from "node:module"
import { fileURLToPath } from "node:url"

// The major version of the Node that the install brings; all is written for that one.
const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))
const needed = Number.parseInt(manifest.dependencies.node, 10)
const found = process.versions.node
const installed = fileURLToPath(new URL("../../node_modules/.bin/node", import.meta.url))

if (Number.parseInt(found, 10) >= needed) {
  // Much of a command's time is reading the clouds' SDKs. A folder that cannot be written leaves it as it is.
  module.enableCompileCache(fileURLToPath(new URL("../../node_modules/.cache/node", import.meta.url)))
  import("./atlas.ts")
} else if (existsSync(installed) && process.env.ATLAS_NODE !== installed) {
  runWithInstalled()
} else {
  console.error(
    `Atlas needs Node ${needed} or newer, and this is Node ${found}. ` +
      `Run "npm install" in the repository: it brings a Node ${needed}, which is then used by itself.`,
  )
  process.exit(2)
}

function runWithInstalled() {
  const child = spawn(installed, process.argv.slice(1), {
    stdio: "inherit",
    // Against a loop, should the installed Node be too old as well.
    env: { ...process.env, ATLAS_NODE: installed },
  })
  // The terminal's Ctrl-C reaches both; this process only has to outlive the child. What is sent to this one alone is
  // passed on.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal))
  child.on("error", (error) => {
    console.error(`${installed} cannot be started: ${error.message}. Run "npm install" again.`)
    process.exit(2)
  })
  child.on("exit", (code, signal) => process.exit(signal === null ? code : 1))
}
