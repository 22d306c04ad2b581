import * as pulumi from "@pulumi/pulumi"
import { service } from "../app/contract/service.ts"
import { readConfig } from "./config.ts"
import { assertCloudIsKept } from "./kept-cloud.ts"
import { AtlasStack } from "./stack.ts"
import { targets } from "./targets/index.ts"

/** What a stack answers with: `url` is where clients reach it; `keys` (by consumer) and `operatorKey` are secrets. */
export interface StackOutputs {
  readonly url: pulumi.Output<string>
  readonly keys: pulumi.Output<Record<string, string>>
  readonly operatorKey: pulumi.Output<string>
  readonly cache: pulumi.Output<"redis" | "in-process">
  readonly release: pulumi.Output<string>
  readonly archive?: pulumi.Output<string>
  readonly instructions?: pulumi.Output<string>
  /** How an operator reaches each part. */
  readonly reach: Readonly<Record<string, pulumi.Output<string>>>
}

/** How the program is run: a plan takes example names, which a deployment refuses. */
export interface ProgramOptions {
  readonly examples: "allowed" | "refused"
  /** The full keys whose values are encrypted; the engine's language host tells them by an environment variable. */
  readonly secretKeys: readonly string[]
}

const underEngine = (): ProgramOptions => ({
  examples: "refused",
  secretKeys: JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]"),
})

/** The program: config → spec and target → stack. Nothing is registered unless the whole config is right. */
export async function program({ examples, secretKeys }: ProgramOptions = underEngine()): Promise<StackOutputs> {
  const { spec, target, values, names } = await readConfig(pulumi.runtime.allConfig(), targets, {
    project: pulumi.getProject(),
    stack: pulumi.getStack(),
    isSecret: (key) => secretKeys.includes(key),
    examples,
  })
  await assertCloudIsKept(target.name)
  const secret = (key: string) => {
    const [namespace, name] = key.split(":")
    return name === undefined ? undefined : new pulumi.Config(namespace).getSecret(name)
  }
  const stack = new AtlasStack(service.name, { context: { spec, values, names, secret }, target })
  const { url, keys, operatorKey, cache, release, archive, instructions, reach } = stack
  return {
    url,
    keys,
    operatorKey,
    cache,
    release,
    ...(archive === undefined ? {} : { archive }),
    ...(instructions === undefined ? {} : { instructions }),
    reach,
  }
}
