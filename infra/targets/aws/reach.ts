import * as pulumi from "@pulumi/pulumi"
import type { ImageRelease } from "../../image/image.ts"
import { standardPorts } from "../../spec/ports.ts"
import { applicationLogs } from "./addons.ts"
import type { Cache } from "./cache.ts"
import type { Database } from "./database.ts"
import type { Ground } from "./ground.ts"
import type { Scope } from "./scope.ts"

export interface Built {
  readonly database?: Database
  readonly cache?: Cache
  readonly image?: ImageRelease
}

/** How an operator reaches each part; no secret is in it. */
export function reachOf(
  { context, values }: Scope,
  { cluster, metrics }: Ground,
  { database, cache, image }: Built,
): Record<string, pulumi.Output<string>> {
  const region = values["aws:region"]
  const { name } = context.spec.database
  return {
    cluster: pulumi.output(`aws eks update-kubeconfig --region ${region} --name ${cluster.name}`),
    logs: pulumi.output(`aws logs tail ${applicationLogs(cluster.name)} --region ${region} --follow`),
    metrics: metrics.url,
    ...(database === undefined
      ? {}
      : {
          // Private: only from a pod. Its own namespace, because the stack's lets no foreign pod start.
          database: pulumi.interpolate`kubectl run psql --namespace default --rm -it --image postgres:${context.spec.database.version} -- psql "host=${database.endpoint} port=${standardPorts.postgres} dbname=${name} user=${name} sslmode=require"`,
          databasePassword: pulumi.interpolate`aws secretsmanager get-secret-value --region ${region} --secret-id ${database.passwordSecret} --query SecretString --output text`,
        }),
    ...(cache === undefined ? {} : { cache: pulumi.interpolate`${cache.endpoint}:${standardPorts.redis}` }),
    ...(image?.repository === undefined ? {} : { registry: image.repository }),
  }
}
