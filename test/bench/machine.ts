import { cpus, loadavg, release, totalmem, type } from "node:os"
import { readText } from "../support/repository.ts"
import type { Machine } from "./results.ts"

const packages = ["glpk.js", "highs", "fastify", "undici"]

/** What is measured on, without its name. */
export function readMachine(): Machine {
  const [first] = cpus()
  const versions = packages.map((name) => [name, JSON.parse(readText(`node_modules/${name}/package.json`)).version])
  return {
    processor: first?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGibibytes: totalmem() / 2 ** 30,
    system: `${type()} ${release().split("-")[0]}`,
    load: loadavg()[0] ?? 0,
    versions: { node: process.version.slice(1), ...Object.fromEntries(versions) },
  }
}
