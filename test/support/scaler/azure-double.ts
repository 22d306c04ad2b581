import Type from "typebox"
import type { AzureOptions } from "../../../app/scaler/azure-client.ts"
import { type Answer, type Double, startDouble } from "./double.ts"

/**
 * Azure Resource Manager, as far as the scaler asks it, transcribed from its descriptions in Azure/azure-rest-api-specs:
 * specification/containerinstance, 2025-09-01/containerInstance.json (NGroups_Get, NGroups_Update,
 * ContainerGroups_ListByResourceGroup), and specification/monitor, 2024-02-01/metrics_API.json (Metrics_List).
 */
const strict = { additionalProperties: false } as const
const text = Type.Optional(Type.String())

const Version = (version: string) => ({ "api-version": Type.Literal(version) })

const ElasticProfile = Type.Object(
  {
    desiredCount: Type.Optional(Type.Integer({ minimum: 0 })),
    maintainDesiredCount: Type.Optional(Type.Boolean()),
    containerGroupNamingPolicy: Type.Optional(
      Type.Object({ guidNamingPolicy: Type.Optional(Type.Object({ prefix: text }, strict)) }, strict),
    ),
  },
  strict,
)

/** NGroupPatch, without what is "readOnly". */
const NGroupPatch = Type.Object(
  {
    properties: Type.Optional(
      Type.Object(
        {
          elasticProfile: Type.Optional(ElasticProfile),
          placementProfile: Type.Optional(Type.Object({ faultDomainCount: Type.Optional(Type.Integer()) }, strict)),
          containerGroupProfiles: Type.Optional(Type.Array(Type.Object({}))),
          updateProfile: Type.Optional(Type.Object({})),
        },
        strict,
      ),
    ),
    identity: Type.Optional(Type.Object({})),
    tags: Type.Optional(Type.Record(Type.String(), Type.String())),
    zones: Type.Optional(Type.Array(Type.String())),
  },
  strict,
)

/** ISO 8601, as in `2026-01-01T00:00:00.000Z/2026-01-01T00:05:00.000Z`. */
const timespan = "^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z/\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z$"

const MetricsQuery = Type.Object(
  {
    ...Version("2024-02-01"),
    timespan: Type.Optional(Type.String({ pattern: timespan })),
    interval: text,
    metricnames: text,
    aggregation: text,
    top: text,
    orderby: text,
    $filter: text,
    resultType: text,
    metricnamespace: text,
    AutoAdjustTimegrain: text,
    ValidateDimensions: text,
    rollupby: text,
  },
  strict,
)

export interface Series {
  readonly metric: string
  readonly container?: string
  readonly points: readonly { readonly timeStamp: string; readonly average?: number; readonly total?: number }[]
}

export interface AzureDouble extends Double {
  readonly set: { elasticProfile: { desiredCount: number; [name: string]: unknown } }
  /** Container groups of the resource group, two to a page. */
  readonly groups: { name: string; orchestratorId?: string; cpu?: number; memoryInGB?: number }[]
  /** What a resource's metrics hold, by the last part of its id. */
  readonly metrics: Map<string, Series[]>
  failOperations(message: string): void
}

const pageSize = 2

/** Where Azure's own links point to. */
const publicCloud = "https://management.azure.com"

/** Sends to a double what is for Azure, once the SDK has done with the request: it gives no token to plain HTTP. */
export const sendTo = (double: Pick<Double, "url">): NonNullable<AzureOptions["policy"]> => ({
  name: "double",
  sendRequest(request, next) {
    request.url = request.url.replace(publicCloud, double.url)
    request.allowInsecureConnection = true
    return next(request)
  },
})

/** A set of container groups with that id; each change of it is done when its operation is asked for the second time. */
export async function startAzureDouble(id: string, token: string): Promise<AzureDouble> {
  const set: AzureDouble["set"] = { elasticProfile: { desiredCount: 2, maintainDesiredCount: true } }
  const groups: AzureDouble["groups"] = []
  const metrics: AzureDouble["metrics"] = new Map()
  const operations: { looks: number; error: string | undefined }[] = []
  let failure: string | undefined
  const provider = id.slice(0, id.toLowerCase().lastIndexOf("/ngroups/"))
  const subscription = id.split("/").slice(0, 3).join("/")
  const literal = (path: string) => new RegExp(`^${path.replaceAll(".", "\\.")}$`, "i")
  const resource = () => ({
    id,
    name: id.split("/").at(-1),
    type: "Microsoft.ContainerInstance/ngroups",
    location: "westeurope",
    properties: {
      ...set,
      containerGroupProfiles: [],
      provisioningState: "Succeeded",
      updateProfile: { updateMode: "Rolling" },
    },
  })

  const groupOf = ({ name, orchestratorId, cpu = 0.5, memoryInGB = 1 }: AzureDouble["groups"][number]) => ({
    id: `${provider}/containerGroups/${name}`,
    name,
    properties: {
      ...(orchestratorId === undefined ? {} : { orchestratorId }),
      provisioningState: "Succeeded",
      containers: ["kong", "app"].map((container) => ({
        name: container,
        properties: { image: "i", resources: { requests: { cpu, memoryInGB } } },
      })),
    },
  })

  const double = await startDouble(
    token,
    [
      {
        method: "GET",
        path: literal(id),
        query: Type.Object(Version("2025-09-01"), strict),
        answer: () => ({ status: 200, body: resource() }),
      },
      {
        method: "PATCH",
        path: literal(id),
        query: Type.Object(Version("2025-09-01"), strict),
        body: NGroupPatch,
        answer: ({ body }) => {
          const { properties } = body as { properties?: { elasticProfile?: AzureDouble["set"]["elasticProfile"] } }
          if (operations.some(({ looks }) => looks < 2))
            return refusal(409, "Conflict", "Another operation is in progress")
          operations.push({ looks: 0, error: failure })
          // Replaced whole: the description does not say that a part would be merged.
          if (failure === undefined && properties?.elasticProfile) set.elasticProfile = properties.elasticProfile
          const location = `${publicCloud}${subscription}/providers/Microsoft.ContainerInstance/locations/westeurope/operationStatuses/${operations.length}?api-version=2025-09-01`
          return { status: 202, headers: { "Azure-AsyncOperation": location } }
        },
      },
      {
        method: "GET",
        path: /\/providers\/Microsoft\.ContainerInstance\/locations\/westeurope\/operationStatuses\/(\d+)$/,
        query: Type.Object(Version("2025-09-01"), strict),
        answer: (_asked, [, number]) => {
          const operation = operations[Number(number) - 1]
          if (!operation) return refusal(404, "NotFound", "no such operation")
          operation.looks += 1
          if (operation.looks < 2) return { status: 200, body: { status: "InProgress" } }
          const { error } = operation
          if (error === undefined) return { status: 200, body: { status: "Succeeded" } }
          return { status: 200, body: { status: "Failed", error: { code: "QuotaExceeded", message: error } } }
        },
      },
      {
        method: "GET",
        path: literal(`${provider}/containerGroups`),
        query: Type.Object({ ...Version("2025-09-01"), $skiptoken: text }, strict),
        answer: ({ query }) => {
          const from = Number(query.$skiptoken ?? 0)
          const more = from + pageSize < groups.length
          const nextLink = `${publicCloud}${provider}/containerGroups?api-version=2025-09-01&$skiptoken=${from + pageSize}`
          const value = groups.slice(from, from + pageSize).map(groupOf)
          return { status: 200, body: { value, ...(more ? { nextLink } : {}) } }
        },
      },
      {
        method: "GET",
        path: /\/([^/]+)\/providers\/Microsoft\.Insights\/metrics$/,
        query: MetricsQuery,
        answer: ({ query }, [, name = ""]) => ({ status: 200, body: metricsOf(query, metrics.get(name) ?? []) }),
      },
    ],
    refusal,
  )
  return {
    ...double,
    set,
    groups,
    metrics,
    failOperations(message) {
      failure = message
    },
  }
}

function metricsOf(query: Readonly<Record<string, string>>, series: readonly Series[]): unknown {
  const names = (query.metricnames ?? "").split(",")
  const byContainer = query.$filter === "containerName eq '*'"
  return {
    timespan: query.timespan,
    interval: query.interval,
    value: names.map((name) => ({
      id: name,
      type: "Microsoft.Insights/metrics",
      name: { value: name, localizedValue: name },
      unit: "Count",
      errorCode: "Success",
      timeseries: series
        .filter(({ metric }) => metric === name)
        .map(({ container, points }) => ({
          metadatavalues: byContainer ? [{ name: { value: "containername" }, value: container }] : [],
          data: points,
        })),
    })),
  }
}

/** An error in the form of Azure Resource Manager's CloudError. */
function refusal(status: number, code: string, message: string): Answer {
  return { status, body: { error: { code, message } } }
}
