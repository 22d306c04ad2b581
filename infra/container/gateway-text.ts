import * as pulumi from "@pulumi/pulumi"
import { renderBeside } from "../gateway/container.ts"
import type { GatewayArgs } from "../spec/target.ts"

/** The text of Kong's declarative configuration; a secret, because the consumers' keys are in it. */
export function gatewayText({ spec, keys, cache }: GatewayArgs): pulumi.Output<string> {
  return pulumi.secret(
    pulumi.all([pulumi.output({ ...keys }), cache.url]).apply(([held, url]) => renderBeside(spec, held, url)),
  )
}
