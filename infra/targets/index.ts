import type { TargetEntry } from "../spec/target.ts"

/**
 * Every target by the value of `atlas:cloud`. Loaded only when chosen, since a cloud's SDK takes a second and 100 MB; its
 * keys are read for every stack, so that a stack may keep those of the cloud that it will be switched to.
 */
export const targets: Readonly<Record<string, TargetEntry>> = {
  local: {
    keys: async () => ({}),
    load: async () => (await import("./local/index.ts")).local,
  },
  kubernetes: {
    keys: async () => (await import("./kubernetes/keys.ts")).keys,
    load: async () => (await import("./kubernetes/index.ts")).kubernetes,
  },
  compose: {
    keys: async () => (await import("./compose/keys.ts")).keys,
    load: async () => (await import("./compose/index.ts")).compose,
  },
  aws: {
    keys: async () => (await import("./aws/keys.ts")).keys,
    load: async () => (await import("./aws/index.ts")).aws,
  },
  gcp: {
    keys: async () => (await import("./gcp/keys.ts")).keys,
    load: async () => (await import("./gcp/index.ts")).gcp,
  },
  azure: {
    keys: async () => (await import("./azure/keys.ts")).keys,
    load: async () => (await import("./azure/index.ts")).azure,
  },
}
