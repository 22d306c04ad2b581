import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"

/** The inputs of a type of the aws package, from its declarations: loading the package would take a second. */
export default async function inputsOf(type: string): Promise<readonly string[]> {
  const [, path = "", name = ""] = /^aws:([^:]+):(\w+)$/.exec(type) ?? []
  const file = fileURLToPath(import.meta.resolve(`@pulumi/aws/${path}.d.ts`))
  const text = await readFile(file, "utf8")
  const args = text.slice(text.indexOf(`export interface ${name}Args {`))
  return [...args.matchAll(/^ {4}(\w+)\??: /gm)].flatMap(([, input]) => (input === undefined ? [] : [input]))
}
