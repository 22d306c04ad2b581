import { createHttpPoller, type OperationResponse } from "@azure/core-lro"
import { ManagedIdentityCredential } from "@azure/identity"
import { type AdditionalPolicyConfig, getClient, type PathUncheckedResponse } from "@azure-rest/core-client"
import { CloudError, type CloudOptions, retryAfter } from "./cloud.ts"

/** As whom to ask, without it as the identity of the process, and what else each request passes. For tests. */
export interface AzureOptions extends CloudOptions {
  readonly policy?: AdditionalPolicyConfig["policy"]
  readonly credential?: { getToken(): Promise<{ token: string; expiresOnTimestamp: number }> }
  readonly pollMs?: number
}

const publicCloud = "https://management.azure.com"

/** Between two looks at a change that is under way, when Azure does not say. */
const pollMs = 5_000

export interface Request {
  readonly apiVersion: string
  readonly query?: Readonly<Record<string, string>>
  readonly abort: AbortSignal
}

/** Azure Resource Manager by resource id. Asked once and never again by the SDK: the next round is the retry. */
export function openAzure({ identity, policy, credential, pollMs: interval }: AzureOptions) {
  const client = getClient(
    publicCloud,
    credential ?? new ManagedIdentityCredential(identity === undefined ? {} : { clientId: identity }),
    {
      credentials: { scopes: [`${publicCloud}/.default`] },
      retryOptions: { maxRetries: 0 },
      additionalPolicies: policy === undefined ? [] : [{ policy, position: "perRetry" }],
    },
  )

  return {
    /** The body of the answer. `path` may be a whole URL, as Azure gives for the next page. */
    async read(path: string, { apiVersion, query, abort }: Request): Promise<unknown> {
      const queryParameters = path.startsWith("http") ? {} : { "api-version": apiVersion, ...query }
      const asked = client.pathUnchecked(path).get({ queryParameters, abortSignal: abort })
      return (await told(`read ${path}`, asked)).body
    },

    /** Changes part of a resource. Resolves when Azure has accepted it; `done` when it is carried out. */
    async patch(path: string, body: object, { apiVersion, abort, life }: Request & { life: AbortSignal }) {
      const queryParameters = { "api-version": apiVersion }
      const accepted = await told(
        `change ${path}`,
        client.pathUnchecked(path).patch({ queryParameters, body, abortSignal: abort }),
      )
      const poller = createHttpPoller(
        {
          sendInitialRequest: async () => operationResponse(accepted),
          sendPollRequest: async (location) =>
            operationResponse(
              await told(`read ${location}`, client.pathUnchecked(location).get({ abortSignal: life })),
            ),
        },
        // What the resource is afterwards is read in the next round.
        { intervalInMs: interval ?? pollMs, skipFinalGet: true },
      )
      return { done: poller.pollUntilDone({ abortSignal: life }).then(() => undefined) }
    },
  }
}

export type Azure = ReturnType<typeof openAzure>

function operationResponse(response: PathUncheckedResponse): OperationResponse {
  const { request, headers, body, status } = response
  return { flatResponse: response, rawResponse: { request, headers, body, statusCode: Number(status) } }
}

/** The answer when it is a good one, or a CloudError that says what was asked and what the answer was. */
async function told(what: string, asked: PromiseLike<PathUncheckedResponse>): Promise<PathUncheckedResponse> {
  let response: PathUncheckedResponse
  try {
    response = await asked
  } catch (error) {
    throw new CloudError(`Azure did not ${what}: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (/^2\d\d$/.test(response.status)) return response
  const { code, message } = (response.body as { error?: { code?: string; message?: string } } | undefined)?.error ?? {}
  throw new CloudError(`Azure did not ${what} (${response.status} ${code ?? ""}): ${message ?? "it gave no reason"}`, {
    retryAfterSeconds: retryAfter(response.headers["retry-after"]),
  })
}
