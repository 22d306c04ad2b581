import Type from "typebox"
import { type Answer, type Double, startDouble } from "./double.ts"

/**
 * Cloud Run's Admin API v2, as far as the scaler asks it, transcribed from its discovery document
 * (https://run.googleapis.com/$discovery/rest?version=v2, also in googleapis/google-api-nodejs-client,
 * discovery/run-v2.json): projects.locations.workerPools.get and .patch, projects.locations.operations.get.
 */
const strict = { additionalProperties: false } as const
const text = Type.Optional(Type.String())
const flag = Type.Optional(Type.Union([Type.Literal("true"), Type.Literal("false")]))

/** The parameters that every method takes. */
const common = {
  "$.xgafv": text,
  access_token: text,
  alt: Type.Optional(Type.Literal("json")),
  fields: text,
  key: text,
  prettyPrint: flag,
  quotaUser: text,
}

/** Fields of WorkerPool that a request may hold: those that are not "Output only". */
const WorkerPool = Type.Object(
  {
    name: text,
    description: text,
    labels: Type.Optional(Type.Record(Type.String(), Type.String())),
    annotations: Type.Optional(Type.Record(Type.String(), Type.String())),
    client: text,
    clientVersion: text,
    launchStage: text,
    customAudiences: Type.Optional(Type.Array(Type.String())),
    etag: text,
    template: Type.Optional(Type.Object({ serviceAccount: text, revision: text }, strict)),
    scaling: Type.Optional(
      Type.Object({ manualInstanceCount: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 })) }, strict),
    ),
  },
  strict,
)

export interface GoogleDouble extends Double {
  readonly pool: { count: number | undefined; etag: string }
  /** How the next operations end; without one they succeed. */
  failOperations(message: string): void
}

/** A worker pool of that name; each change of it is an operation that is done when it is asked for the second time. */
export async function startGoogleDouble(name: string, token: string): Promise<GoogleDouble> {
  const pool: GoogleDouble["pool"] = { count: 1, etag: '"1"' }
  const operations = new Map<string, { looks: number; error: string | undefined }>()
  let failure: string | undefined
  const [, project, , location] = name.split("/")

  function patch(body: unknown, mask: string): Answer {
    const { etag, scaling } = body as { etag?: string; scaling?: { manualInstanceCount?: number } }
    if (etag !== undefined && etag !== pool.etag)
      return refusal(409, "ABORTED", "Conflict for resource: the etag is not its own")
    if (mask !== "scaling.manualInstanceCount") return refusal(400, "INVALID_ARGUMENT", `update_mask: ${mask}`)
    const operation = `projects/${project}/locations/${location}/operations/${operations.size + 1}`
    operations.set(operation, { looks: 0, error: failure })
    pool.etag = `"${operations.size + 1}"`
    if (failure === undefined) pool.count = scaling?.manualInstanceCount
    return { status: 200, body: { name: operation, metadata: { name }, done: false } }
  }

  const double = await startDouble(
    token,
    [
      {
        method: "GET",
        path: new RegExp(`^/v2/${name}$`),
        query: Type.Object(common, strict),
        answer: () => ({
          status: 200,
          body: {
            name,
            uid: "u",
            generation: "1",
            etag: pool.etag,
            template: { serviceAccount: `worker@${project}.iam.gserviceaccount.com`, containers: [{ image: "i" }] },
            ...(pool.count === undefined ? {} : { scaling: { manualInstanceCount: pool.count } }),
            reconciling: false,
          },
        }),
      },
      {
        method: "PATCH",
        path: new RegExp(`^/v2/${name}$`),
        query: Type.Object(
          { ...common, updateMask: Type.String(), allowMissing: flag, validateOnly: flag, forceNewRevision: flag },
          strict,
        ),
        body: WorkerPool,
        answer: ({ body, query }) => patch(body, query.updateMask ?? ""),
      },
      {
        method: "GET",
        path: /^\/v2\/(projects\/[^/]+\/locations\/[^/]+\/operations\/[^/]+)$/,
        query: Type.Object(common, strict),
        answer: (_asked, [, id = ""]) => {
          const operation = operations.get(id)
          if (!operation) return refusal(404, "NOT_FOUND", "no such operation")
          operation.looks += 1
          if (operation.looks < 2) return { status: 200, body: { name: id, done: false } }
          const { error } = operation
          return {
            status: 200,
            body: { name: id, done: true, ...(error ? { error: { code: 8, message: error } } : {}) },
          }
        },
      },
    ],
    refusal,
  )
  return {
    ...double,
    pool,
    failOperations(message) {
      failure = message
    },
  }
}

/** An error in the form of Google's APIs (https://google.aip.dev/193). */
function refusal(status: number, code: string, message: string): Answer {
  return { status, body: { error: { code: status, message, status: code } } }
}
