import { root } from "../repository.ts"
import { docker } from "./client.ts"
import type { Docker } from "./open.ts"

export interface ImageOptions {
  /** The build's arguments, by the names that app/Dockerfile gives them. */
  readonly args?: Readonly<Record<string, string>>
  /** The folder that is built; without it the repository. */
  readonly context?: string
}

/**
 * Builds app/Dockerfile as its first lines say, on the base images of this machine; the image's name, which begins with
 * the file's prefix. The build reaches npm's registry as the machine does.
 */
export async function buildImage(
  machine: Docker,
  name: string,
  { args = {}, context = root }: ImageOptions = {},
): Promise<string> {
  const { build, runtime } = await machine.baseImages()
  const tag = `${machine.prefix}-${name}`
  const given = Object.entries({ NODE_IMAGE: build, RUNTIME_IMAGE: runtime, ...args })
  const options = given.flatMap(([key, value]) => ["--build-arg", `${key}=${value}`])
  const file = `--file=${context}/app/Dockerfile`
  const marks = [`--label=${machine.label}`, `--tag=${tag}`]
  await docker(["build", "--network=host", file, ...marks, ...options, context], 300)
  return tag
}
