import type { StackTarget } from "../spec/target.ts"

/** Every target by the value of `atlas:cloud`. Loaded only when chosen: a cloud's SDK takes a second and 100 MB. */
export const targets: Readonly<Record<string, () => Promise<StackTarget>>> = {
  local: async () => (await import("./local/index.ts")).local,
}
