import { existsSync, readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { parse } from "yaml"
import { encryptedSecret } from "../spec/config-key.ts"
import { UsageError } from "./exit-codes.ts"

const root = new URL("../../", import.meta.url)

export interface StackFile {
  readonly project: string
  /** The config's values as text by full key, as the engine gives them to a program. */
  readonly config: Readonly<Record<string, string>>
}

export interface PlannedStackFile extends StackFile {
  /** Full keys whose values are encrypted: the config has the placeholder of a secret in their place. */
  readonly secretKeys: readonly string[]
}

/** Reads what the engine would read for a stack: the project's name, and the config of Pulumi.STACK.yaml. */
export function readStackFile(stack: string, folder: URL = root): StackFile {
  const { project, values } = readValues(stack, folder)
  const encrypted = values.find(([, value]) => isEncrypted(value))
  if (encrypted !== undefined) {
    throw new UsageError(
      `${encrypted[0]} is encrypted, and only Pulumi's engine can read it; the local target needs no secret`,
    )
  }
  return { project, config: Object.fromEntries(values.map(([key, value]) => [key, asText(value)])) }
}

/** The same for a plan, which needs no passphrase: what is encrypted is replaced by a placeholder. */
export function readStackFileForPlan(stack: string, folder: URL = root): PlannedStackFile {
  const { project, values } = readValues(stack, folder)
  return {
    project,
    config: Object.fromEntries(
      values.map(([key, value]) => [key, isEncrypted(value) ? encryptedSecret : asText(value)]),
    ),
    secretKeys: values.filter(([, value]) => isEncrypted(value)).map(([key]) => key),
  }
}

function readValues(stack: string, folder: URL): { project: string; values: readonly (readonly [string, unknown])[] } {
  const file = new URL(`Pulumi.${stack}.yaml`, folder)
  if (!/^[\w.-]+$/.test(stack) || !existsSync(file)) {
    throw new UsageError(
      `There is no stack "${stack}"; there is ${stacksIn(folder).join(", ")}. A stack is a file Pulumi.STACK.yaml`,
    )
  }
  const { config } = readYaml<{ config?: Record<string, unknown> }>(file)
  const { name } = readYaml<{ name: string }>(new URL("Pulumi.yaml", folder))
  return { project: name, values: Object.entries(config ?? {}) }
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

const asText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value))

/** Whether a value, or a part of it, is encrypted: `secure` and the text, as Pulumi writes it. */
function isEncrypted(value: unknown): boolean {
  if (value === null || typeof value !== "object") return false
  return "secure" in value || Object.values(value).some(isEncrypted)
}
