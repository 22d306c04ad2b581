import * as pulumi from "@pulumi/pulumi"
import { service } from "../app/contract/service.ts"
import { ConfigError } from "./config.ts"

/**
 * A stack keeps its cloud for life: on another one the engine would delete everything on the old, its data too, in the
 * update that creates the new. The state holds the cloud on which the stack was first made, from the first moment on: a
 * stash keeps its first value, whatever it is given later. Register nothing before this is done.
 *
 * Throws a ConfigError where `cloud` is another one.
 */
export async function assertCloudIsKept(cloud: string): Promise<void> {
  // A refused update must not be the next one's change.
  const { output } = new pulumi.Stash("cloud", { input: cloud }, { ignoreChanges: ["input"] })
  const first = await new Promise<unknown>((resolve) => output.apply(resolve))
  if (first === cloud) return
  const stack = pulumi.getStack()
  throw new ConfigError([
    {
      key: `${service.name}:cloud`,
      value: cloud,
      allowed: `${first}, where this stack lives: on ${cloud} everything of it on ${first} would be deleted, its data too`,
      action: `Set it back: pulumi config set ${service.name}:cloud ${first}. To move, make a stack beside it: pulumi stack init ${stack}-${cloud}`,
    },
  ])
}
