import * as pulumi from "@pulumi/pulumi"
import { service } from "../app/contract/service.ts"
import { readConfig } from "./config.ts"
import { AtlasStack } from "./stack.ts"
import { targets } from "./targets/index.ts"

/** What a stack answers with: `url` is the gateway's; `keys` (by consumer) and `operatorKey` are secrets. */
export interface StackOutputs {
  readonly url: pulumi.Output<string>
  readonly keys: pulumi.Output<Record<string, string>>
  readonly operatorKey: pulumi.Output<string>
  readonly cache: pulumi.Output<"redis" | "in-process">
}

/** The program: config → spec and target → stack. Nothing is registered unless the whole config is right. */
export async function program(): Promise<StackOutputs> {
  const { spec, target } = await readConfig(pulumi.runtime.allConfig(), targets)
  const { url, keys, operatorKey, cache } = new AtlasStack(service.name, { spec, target })
  return { url, keys, operatorKey, cache }
}
