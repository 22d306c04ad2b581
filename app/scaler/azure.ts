import type { WorkloadScaling } from "../contract/scaling.ts"
import { type AzureOptions, openAzure } from "./azure-client.ts"
import { apiVersion, readMembers, readSet } from "./azure-groups.ts"
import { readRequests, readUtilization } from "./azure-metrics.ts"
import type { Count, Reader, ScaledWorkload } from "./cloud.ts"

/**
 * A set of container groups, whose count is `properties.elasticProfile.desiredCount`. Needs read and write on the set,
 * read on the container groups of its resource group and on their metrics, and on the metrics of the gateway.
 */
export function openContainerGroups(scaling: WorkloadScaling, options: AzureOptions = {}): ScaledWorkload {
  const { resource, signals, requestsFrom } = scaling
  const azure = openAzure(options)
  const readers: Reader[] = []
  if (signals.cpuPercent !== undefined || signals.memoryPercent !== undefined) {
    readers.push({
      name: "utilization",
      read: async (abort) => readUtilization(azure, await readMembers(azure, resource, abort), abort),
    })
  }
  if (signals.requestsPerSecond !== undefined && requestsFrom !== undefined) {
    readers.push({ name: "requests", read: (abort) => readRequests(azure, requestsFrom, abort) })
  }
  return {
    readers,
    async readCount(abort): Promise<Count> {
      const { elasticProfile } = (await readSet(azure, resource, abort)).properties
      return {
        value: elasticProfile.desiredCount,
        set: (desiredCount, { work, life }) =>
          // The whole profile as it was read: the specification does not say whether a part would replace it.
          azure.patch(
            resource,
            { properties: { elasticProfile: { ...elasticProfile, desiredCount } } },
            { apiVersion, abort: work, life },
          ),
      }
    },
  }
}
