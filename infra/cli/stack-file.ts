import { existsSync, readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { parse } from "yaml"
import { UsageError } from "./exit-codes.ts"

const root = new URL("../../", import.meta.url)

export interface StackFile {
  readonly project: string
  /** The config's values as text by full key, as the engine gives them to a program. */
  readonly config: Readonly<Record<string, string>>
}

/** Reads what the engine would read for a stack: the project's name, and the config of Pulumi.STACK.yaml. */
export function readStackFile(stack: string, folder: URL = root): StackFile {
  const file = new URL(`Pulumi.${stack}.yaml`, folder)
  if (!/^[\w.-]+$/.test(stack) || !existsSync(file)) {
    throw new UsageError(
      `There is no stack "${stack}"; there is ${stacksIn(folder).join(", ")}. A stack is a file Pulumi.STACK.yaml`,
    )
  }
  const { config = {} } = readYaml<{ config?: Record<string, unknown> }>(file)
  return {
    project: readYaml<{ name: string }>(new URL("Pulumi.yaml", folder)).name,
    config: Object.fromEntries(Object.entries(config).map(([key, value]) => [key, asText(key, value)])),
  }
}

const stacksIn = (folder: URL): string[] =>
  readdirSync(folder).flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? [])

function readYaml<Shape extends object>(file: URL): Shape {
  try {
    const value: Shape | null = parse(readFileSync(file, "utf8"))
    return value ?? ({} as Shape)
  } catch (error) {
    throw new UsageError(`${fileURLToPath(file)} is no YAML: ${error instanceof Error ? error.message : error}`)
  }
}

function asText(key: string, value: unknown): string {
  if (typeof value === "string") return value
  if (value !== null && typeof value === "object" && "secure" in value) {
    throw new UsageError(`${key} is encrypted, and only Pulumi's engine can read it; the local target needs no secret`)
  }
  return JSON.stringify(value)
}
