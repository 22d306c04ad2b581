import type { Create } from "./context.ts"

/** A random text in a file of the state folder: the same at every `up`. */
export const createSecret: Create<"atlas:local:Secret"> = async (name, { length }, { state }) => ({
  outputs: { value: state.secret(name, length) },
  secrets: ["value"],
})
