import * as pulumi from "@pulumi/pulumi"
import { service } from "../../../app/contract/service.ts"
import { kongConfig } from "../../gateway/kong.ts"
import { redisInput } from "../../gateway/redis.ts"
import { renderKong } from "../../gateway/render.ts"
import type { GatewayArgs } from "../../spec/target.ts"
import { services } from "./places.ts"

/** The template of Kong's configuration, one for all replicas: each finds the api of its own by the same name. */
export const kongText = ({ spec, keys, cache }: GatewayArgs): pulumi.Output<string> =>
  pulumi.all([pulumi.output({ ...keys }), cache.url]).apply(([held, url]) =>
    renderKong(
      kongConfig(spec, {
        upstream: { host: services.ownApi, port: service.port },
        keys: held,
        ...(url === undefined ? {} : { redis: redisInput(url) }),
      }),
    ),
  )
