import * as pulumi from "@pulumi/pulumi"
import type { ImageRegistry } from "../../image/image.ts"
import type { Cache } from "./cache.ts"
import type { Database } from "./database.ts"
import type { Scope } from "./scope.ts"

export interface Built {
  readonly database?: Database
  readonly cache?: Cache
  readonly registry?: ImageRegistry
}

/** How an operator reaches each part; no secret is in it. */
export function reachOf(scope: Scope, { database, cache, registry }: Built): Record<string, pulumi.Output<string>> {
  const { project, region } = scope
  const where = `--project ${project} --region ${region}`
  return {
    service: pulumi.output(`gcloud run services describe ${scope.name("run", "api")} ${where}`),
    workers: pulumi.output(`gcloud run worker-pools describe ${scope.name("run", "worker")} ${where}`),
    gate: pulumi.output(`gcloud run jobs executions list --job ${scope.name("job", "gate")} ${where}`),
    logs: pulumi.output(
      `gcloud logging read '' --project ${project} --location ${region} --bucket ${scope.name("logs", "logs")} --view _AllLogs --limit 100`,
    ),
    metrics: pulumi.output(`https://console.cloud.google.com/monitoring/metrics-explorer?project=${project}`),
    ...(database === undefined
      ? {}
      : {
          // Private: a browser reaches it through Google's API, and nothing else from outside the network does.
          database: pulumi.interpolate`https://console.cloud.google.com/sql/instances/${database.instance.name}/studio?project=${project}`,
          databasePassword: pulumi.interpolate`gcloud secrets versions access ${database.passwordSecret.version} --project ${project} --secret ${database.passwordSecret.secret.secretId}`,
        }),
    ...(cache === undefined ? {} : { cache: cache.endpoint }),
    ...(registry === undefined ? {} : { registry: registry.repository }),
  }
}
