import { readdir, readFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

/** The inputs of a type of a cloud's package, from its declarations: loading the package would take a second. */
export default async function inputsOf(type: string): Promise<readonly string[]> {
  const name = type.slice(type.lastIndexOf(":") + 1)
  const text = await readFile(await fileOf(type), "utf8")
  const start = text.indexOf(`export interface ${name}Args {`)
  if (start < 0) throw new Error(`There is no type ${type}`)
  return [...text.slice(start).matchAll(/^ {4}(\w+)\??: /gm)].flatMap(([, input]) =>
    input === undefined ? [] : [input],
  )
}

/** The file's name is the type's, with capitals of its own. */
async function fileOf(type: string): Promise<string> {
  const [cloud = "", path = "", name = ""] = type.split(":")
  const folder = dirname(fileURLToPath(import.meta.resolve(`@pulumi/${cloud}/package.json`)))
  if (path.includes("/")) return join(folder, `${path}.d.ts`)
  const files = await readdir(join(folder, path))
  const file = files.find((one) => one.toLowerCase() === `${name.toLowerCase()}.d.ts`)
  if (file === undefined) throw new Error(`There is no type ${type}`)
  return join(folder, path, file)
}
