import * as pulumi from "@pulumi/pulumi"
import type { ImageRelease } from "../../image/image.ts"
import { standardPorts } from "../../spec/ports.ts"
import type { Cache } from "./cache.ts"
import type { Database } from "./database.ts"
import type { Ground } from "./ground.ts"
import { cachePort } from "./ports.ts"

export interface Built {
  readonly database?: Database
  readonly cache?: Cache
  readonly image?: ImageRelease
}

/** The lines of every container group, newest first. */
const logQuery =
  "ContainerInstanceLog_CL | order by TimeGenerated desc | take 100 | project TimeGenerated, ContainerGroup_s, ContainerName_s, Message"

/** How an operator reaches each part; no secret is in it. */
export function reachOf(
  { place, network, logs, vault }: Ground,
  { database, cache, image }: Built,
): Record<string, pulumi.Output<string>> {
  const { name, version } = place.context.spec.database
  const inGroup = pulumi.interpolate`--resource-group ${place.group}`
  return {
    groups: pulumi.interpolate`az container list ${inGroup} --output table`,
    logs: pulumi.interpolate`az monitor log-analytics query --workspace ${logs.customerId} --analytics-query "${logQuery}" --output table`,
    ...(database === undefined
      ? {}
      : {
          // Private: only from a group in the subnet, which waits for the terminal and ends by itself after an hour.
          database: pulumi.interpolate`az container create ${inGroup} --name psql --image postgres:${version} --os-type Linux --cpu 1 --memory 1 --restart-policy Never --subnet ${network.subnets.groups.id} --command-line "sleep 3600" && az container exec ${inGroup} --name psql --exec-command 'psql "host=${database.host} port=${String(standardPorts.postgres)} dbname=${name} user=${name} sslmode=require"'`,
          databasePassword: pulumi.interpolate`az keyvault secret show --vault-name ${vault.name} --name ${database.passwordSecret} --query value --output tsv`,
        }),
    ...(cache === undefined ? {} : { cache: pulumi.interpolate`${cache.host}:${String(cachePort)}` }),
    ...(image?.repository === undefined ? {} : { registry: image.repository }),
  }
}
