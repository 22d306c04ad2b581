import { relative } from "node:path"
import type { Create } from "./context.ts"
import { clone } from "./state.ts"

/** The bundle that also goes into the image, built from the clone as it is now. */
export const createBundle: Create<"atlas:local:Bundle"> = async () => {
  // Loaded here, so that esbuild does not delay the parts that start beside it.
  const { build } = await import("../../../app/build.ts")
  const { entry } = await build()
  return { outputs: { entry }, note: relative(clone, entry) }
}
