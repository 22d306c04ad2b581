import { AsyncLocalStorage } from "node:async_hooks"
import * as pulumi from "@pulumi/pulumi"

/**
 * Runs the Pulumi program without Pulumi's engine: the SDK's own mock monitor calls `create` for each resource, while
 * the SDK itself keeps the order, carries outputs into inputs and marks secrets. What was created lives in this
 * process; `remove` takes it down in reverse.
 */

/** What the creation of one resource answers. */
export interface Created {
  readonly outputs: Readonly<Record<string, unknown>>
  /** Which outputs are secrets. */
  readonly secrets?: readonly string[]
  /** What a reader should know about it, such as its address; never a secret. */
  readonly note?: string
  /** Takes it down again. Must not throw for what is already gone. */
  readonly remove?: () => Promise<void>
}

export interface CreateRequest {
  readonly type: string
  readonly name: string
  /** Plain values: secrets are unwrapped. */
  readonly inputs: Readonly<Record<string, unknown>>
}

/** A resource as the tree shows it. Inputs and outputs are not in it, because they hold secrets. */
export interface ResourceNode {
  readonly urn: string
  readonly parent: string | undefined
  readonly type: string
  readonly name: string
  readonly note: string | undefined
}

export type EngineEvent =
  | { readonly kind: "creating" | "removing" | "removed"; readonly type: string; readonly name: string }
  | {
      readonly kind: "created"
      readonly type: string
      readonly name: string
      readonly note: string | undefined
      readonly seconds: number
    }

export interface DeployOptions {
  readonly project: string
  readonly stack: string
  readonly config: Readonly<Record<string, string>>
  readonly program: () => Promise<Record<string, unknown>>
  readonly create: (request: CreateRequest) => Promise<Created>
  /** Stops the deployment: nothing more is created, and what was is removed. `create` must end by itself on it. */
  readonly signal?: AbortSignal
  readonly onEvent?: (event: EngineEvent) => void
}

export interface Deployment {
  readonly resources: readonly ResourceNode[]
  /** The program's outputs as plain values, secrets too. */
  readonly outputs: Readonly<Record<string, unknown>>
  /** Takes all resources down, the last created first. A resource that cannot be removed does not stop the others. */
  remove(): Promise<void>
}

/** Why the deployment failed; all that had been created has been removed. */
export class DeployError extends Error {
  /** Type and name of the resource at fault; undefined when it is the program itself. */
  readonly resource: { readonly type: string; readonly name: string } | undefined

  constructor(message: string, resource: { type: string; name: string } | undefined, cause: unknown) {
    super(message, { cause })
    this.name = "DeployError"
    this.resource = resource
  }
}

const inside = new AsyncLocalStorage<true>()

/** Whether the caller runs under this engine. */
export const underLocalEngine = (): boolean => inside.getStore() === true

/** Runs the program and creates all its resources. Only one deployment may run in a process at a time. */
export function deploy(options: DeployOptions): Promise<Deployment> {
  return inside.run(true, () => run(options))
}

async function run(options: DeployOptions): Promise<Deployment> {
  const emit = options.onEvent ?? (() => undefined)
  const standing: { type: string; name: string; remove: () => Promise<void> }[] = []
  const underWay = new Set<Promise<unknown>>()
  const notes = new Map<string, string | undefined>()
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => undefined)
  let stopped = false

  const fail = (error: unknown, resource?: { type: string; name: string }) => {
    stopped = true
    failed.reject(error instanceof DeployError ? error : new DeployError(messageOf(error), resource, error))
  }

  const create = async ({ type, name, inputs }: CreateRequest) => {
    const started = performance.now()
    emit({ kind: "creating", type, name })
    const { outputs, secrets = [], note, remove } = await options.create({ type, name, inputs })
    if (remove !== undefined) standing.push({ type, name, remove })
    notes.set(`${type}::${name}`, note)
    emit({ kind: "created", type, name, note, seconds: (performance.now() - started) / 1000 })
    const state = Object.entries(outputs).map(([key, value]) => [
      key,
      secrets.includes(key) ? pulumi.secret(value) : value,
    ])
    return { id: name, state: Object.fromEntries(state) }
  }

  const newResource = async ({ type, name, inputs, custom }: pulumi.runtime.MockResourceArgs) => {
    // Components and the stack itself are nothing but names.
    if (custom !== true) return { id: undefined, state: {} }
    // A resource of the engine itself; here the state begins anew with each run.
    if (type === "pulumi:index:Stash") return { id: name, state: { ...inputs, output: inputs.input } }
    if (stopped) return forever()
    const work = create({ type, name, inputs: unwrap(inputs) as Record<string, unknown> })
    underWay.add(work)
    try {
      return await work
    } catch (error) {
      // Thrown on, this would surface as an unhandled rejection of some later resource: report it here, and let
      // whatever waits for this resource wait for ever.
      fail(error, { type, name })
      return forever()
    } finally {
      underWay.delete(work)
    }
  }

  const remove = async () => {
    stopped = true
    const errors: unknown[] = []
    for (const { type, name, remove } of standing.splice(0).reverse()) {
      emit({ kind: "removing", type, name })
      await remove().catch((error) => errors.push(error))
      emit({ kind: "removed", type, name })
    }
    if (errors.length > 0) throw new AggregateError(errors, errors.map(messageOf).join("; "))
  }

  // Thrown on, it would come back a second time from inside the SDK, where nobody can catch it.
  const program = () =>
    options.program().catch((error) => {
      fail(error)
      return forever()
    })

  const onAbort = () => fail(new DeployError("Stopped before everything stood", undefined, options.signal?.reason))
  options.signal?.addEventListener("abort", onAbort, { once: true })
  try {
    options.signal?.throwIfAborted()
    pulumi.runtime.setAllConfig({ ...options.config })
    await pulumi.runtime.setMocks({ newResource, call: refuseCall }, options.project, options.stack, false)
    const registered = recordRegistrations()
    const outputs = await Promise.race([pulumi.runtime.runInPulumiStack(program), failed.promise])
    // The outputs are known before the resources that no output comes from: wait for the SDK's queue too.
    await Promise.race([pulumi.runtime.disconnect(), failed.promise])
    const resources = registered.map((node) => ({ ...node, note: notes.get(`${node.type}::${node.name}`) }))
    return { resources, outputs: outputs ?? {}, remove }
  } catch (error) {
    stopped = true
    // Tells the SDK that what still waits was left on purpose; it would report it as a leak when the process exits.
    pulumi.runtime.terminateRpcs()
    await Promise.allSettled(underWay)
    await remove().catch((undo) => {
      throw new DeployError(`${messageOf(error)}; and while undoing: ${messageOf(undo)}`, resourceOf(error), error)
    })
    throw error
  } finally {
    options.signal?.removeEventListener("abort", onAbort)
  }
}

/** The hook's arguments lack the parent; the monitor's request has it. */
function recordRegistrations(): Omit<ResourceNode, "note">[] {
  interface Request {
    getType(): string
    getName(): string
    getParent(): string
  }
  type Done = (error: unknown, response: { getUrn(): string } | undefined) => void
  interface Monitor {
    registerResource(request: Request, done: Done): unknown
  }
  const registered: Omit<ResourceNode, "note">[] = []
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor
  const register = monitor.registerResource.bind(monitor)
  monitor.registerResource = (request, done) =>
    register(request, (error, response) => {
      if (response !== undefined) {
        const parent = request.getParent() || undefined
        registered.push({ urn: response.getUrn(), parent, type: request.getType(), name: request.getName() })
      }
      done(error, response)
    })
  return registered
}

const refuseCall: pulumi.runtime.Mocks["call"] = ({ token }) => {
  const message = `The local target has no function "${token}": the program must not call a cloud`
  // The SDK takes the text of a failed call from where gRPC puts it.
  throw Object.assign(new Error(message), { details: message })
}

/** Secrets arrive wrapped, marked by the SDK's signature key, at any depth. */
function unwrap(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrap)
  if (value === null || typeof value !== "object") return value
  if (pulumi.runtime.isRpcSecret(value)) return unwrap(pulumi.runtime.unwrapRpcSecret(value))
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unwrap(inner)]))
}

const forever = () => new Promise<never>(() => undefined)
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
const resourceOf = (error: unknown) => (error instanceof DeployError ? error.resource : undefined)
