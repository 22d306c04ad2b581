import { setTimeout as delay } from "node:timers/promises"
import { auth, run_v2 } from "@googleapis/run"
import type { WorkloadScaling } from "../contract/scaling.ts"
import { type Change, CloudError, type Count, retryAfter, type ScaledWorkload } from "./cloud.ts"

/** Where and as whom to ask; without it Cloud Run, with the identity of the process. For tests. */
export interface GoogleOptions {
  readonly rootUrl?: string
  readonly accessToken?: string
  readonly pollMs?: number
}

const scope = "https://www.googleapis.com/auth/cloud-platform"

/** Between two looks at a change that is under way. */
const pollMs = 5_000

type Operation = run_v2.Schema$GoogleLongrunningOperation
type WorkerPool = run_v2.Schema$GoogleCloudRunV2WorkerPool

/**
 * A Cloud Run worker pool, whose count is `scaling.manualInstanceCount`; setting it makes no revision
 * (https://cloud.google.com/run/docs/configuring/workerpools/manual-scaling). Needs run.workerpools.get and .update,
 * run.operations.get, and iam.serviceAccounts.actAs on the pool's own service account. It is asked once and never
 * again by the SDK: the next round is the retry.
 */
export function openWorkerPool({ resource: name }: WorkloadScaling, options: GoogleOptions = {}): ScaledWorkload {
  const locations = openClient(options).projects.locations
  // With Node's own fetch: the one that the SDK brings leaves a request's body behind when it is aborted, whose error
  // nobody hears, and so ends the process.
  const asking = (signal: AbortSignal) => ({ signal, retry: false, fetchImplementation: fetch })

  async function readPool(signal: AbortSignal): Promise<WorkerPool> {
    return (await told(`read ${name}`, locations.workerPools.get({ name }, asking(signal)))).data
  }

  async function patch(pool: WorkerPool, count: number, signal: AbortSignal): Promise<Operation> {
    const { etag, template } = pool
    const requestBody: WorkerPool = {
      scaling: { manualInstanceCount: count },
      ...(etag ? { etag } : {}),
      // The mask keeps it from being changed. Others have seen Cloud Run ask for actAs on the service account of the
      // request, which is the project's default one when the request names none.
      ...(template?.serviceAccount ? { template: { serviceAccount: template.serviceAccount } } : {}),
    }
    const parameters = { name, updateMask: "scaling.manualInstanceCount", requestBody }
    return (await told(`set ${name} to ${count}`, locations.workerPools.patch(parameters, asking(signal)))).data
  }

  async function follow(accepted: Operation, count: number, life: AbortSignal): Promise<void> {
    let operation = accepted
    while (operation.done !== true) {
      if (!operation.name) throw new CloudError(`Cloud Run gave no operation for setting ${name} to ${count}.`)
      await delay(options.pollMs ?? pollMs, undefined, { signal: life })
      const asked = locations.operations.get({ name: operation.name }, asking(life))
      operation = (await told(`read ${operation.name}`, asked)).data
    }
    if (operation.error) throw new CloudError(`Cloud Run could not set ${name} to ${count}: ${operation.error.message}`)
  }

  return {
    readers: [],
    async readCount(abort): Promise<Count> {
      const pool = await readPool(abort)
      const value = pool.scaling?.manualInstanceCount
      if (typeof value !== "number") {
        throw new CloudError(
          `${name} has no scaling.manualInstanceCount. Only a pool with manual scaling can be set; deploy it so.`,
        )
      }
      return {
        value,
        async set(count, { work, life }): Promise<Change> {
          return { done: follow(await patch(pool, count, work), count, life) }
        },
      }
    },
  }
}

function openClient({ rootUrl, accessToken }: GoogleOptions): run_v2.Run {
  const client = accessToken === undefined ? undefined : new auth.OAuth2()
  client?.setCredentials({ access_token: accessToken ?? null })
  const google = new auth.GoogleAuth({ scopes: [scope], ...(client ? { authClient: client } : {}) })
  return new run_v2.Run({ auth: google, ...(rootUrl === undefined ? {} : { rootUrl }) })
}

/** The answer, or a CloudError that says what was asked and what the answer was, without the request's headers. */
async function told<T>(what: string, asked: Promise<T>): Promise<T> {
  try {
    return await asked
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const { response } = error as { response?: { status?: number; headers?: Headers } }
    const status = response?.status === undefined ? "" : ` (${response.status})`
    throw new CloudError(`Cloud Run did not ${what}${status}: ${error.message}`, {
      retryAfterSeconds: retryAfter(response?.headers?.get("retry-after")),
    })
  }
}
