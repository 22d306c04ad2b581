import { createRequire } from "node:module"
import { isDeepStrictEqual } from "node:util"
import * as pulumi from "@pulumi/pulumi"
import plugin from "@pulumi/pulumi/proto/plugin_pb.js"
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb.js"
import messages from "@pulumi/pulumi/proto/provider_pb.js"
import { answerFunction } from "../../../infra/plan/functions.ts"
import { placeholders } from "../../../infra/plan/placeholders.ts"
import { forcesReplacement } from "../../../infra/plan/replacements.ts"

/** The libraries of the SDK itself: messages of another copy are not its own. */
const ofSdk = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi"))
const grpc = ofSdk("@grpc/grpc-js")
const { Struct } = ofSdk("google-protobuf/google/protobuf/struct_pb.js")
const { Empty } = ofSdk("google-protobuf/google/protobuf/empty_pb.js")

type Values = Readonly<Record<string, unknown>>

type Message = NonNullable<ReturnType<InstanceType<typeof messages.CheckRequest>["getNews"]>>

/** What the engine asks of a provider: only what this one answers. */
interface Request {
  getUrn(): string
  getId(): string
  getTok(): string
  getPreview(): boolean
  getProperties(): Message | undefined
  getInputs(): Message | undefined
  getNews(): Message | undefined
  getOldInputs(): Message | undefined
  getArgs(): Message | undefined
}

export interface Stored {
  readonly urn: string
  readonly type: string
  inputs: Values
  state: Values
}

export interface EchoProvider {
  readonly port: number
  /** What it holds, by id: a cloud's account, as it were. While one is replaced, both are there. */
  readonly resources: ReadonlyMap<string, Stored>
  close(): Promise<void>
}

const plain = (message: Message | undefined): Record<string, unknown> => message?.toJavaScript() ?? {}
const partsOf = (urn: string) => {
  const [, , types = "", name = ""] = urn.split("::")
  return { type: types.slice(types.lastIndexOf("$") + 1), name }
}

/**
 * A provider of any package, served over gRPC for a real engine to attach to: it keeps what it is given and answers with
 * it, and with a plan's placeholders for what a cloud would make up. A change replaces a resource where the curated
 * table says so. `properties` tells the outputs that a type has.
 */
export async function serveEchoProvider(properties: (type: string) => Iterable<string>): Promise<EchoProvider> {
  const resources = new Map<string, Stored>()
  let created = 0
  const stateOf = (urn: string, inputs: Values): Values => {
    const { type, name } = partsOf(urn)
    return placeholders(type, name, inputs, properties(type))
  }
  const previewOf = (urn: string, inputs: Values): Values => {
    const unknown = [...properties(partsOf(urn).type)].filter((property) => !(property in inputs))
    return { ...Object.fromEntries(unknown.map((property) => [property, pulumi.runtime.unknownValue])), ...inputs }
  }

  const answers: Readonly<Record<string, (request: Request) => unknown>> = {
    getPluginInfo: () => new plugin.PluginInfo().setVersion("999.0.0"),
    checkConfig: (request) => new messages.CheckResponse().setInputs(request.getNews()),
    diffConfig: () => new messages.DiffResponse().setChanges(messages.DiffResponse.DiffChanges.DIFF_NONE),
    configure: () => new messages.ConfigureResponse().setSupportspreview(true),
    check: (request) => new messages.CheckResponse().setInputs(request.getNews()),
    diff: (request) => {
      const { type } = partsOf(request.getUrn())
      const changed = changedPaths(plain(request.getOldInputs()), plain(request.getNews()))
      const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges
      return new messages.DiffResponse()
        .setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE)
        .setDiffsList(changed)
        .setReplacesList(changed.filter((path) => forcesReplacement(type, path) !== undefined))
    },
    create: (request) => {
      const [urn, inputs] = [request.getUrn(), plain(request.getProperties())]
      const state = request.getPreview() ? previewOf(urn, inputs) : stateOf(urn, inputs)
      const id = request.getPreview() ? "" : `${partsOf(urn).name}-${created++}`
      if (id !== "") resources.set(id, { urn, type: partsOf(urn).type, inputs, state })
      return new messages.CreateResponse().setId(id).setProperties(Struct.fromJavaScript(state))
    },
    read: (request) => {
      const stored = resources.get(request.getId())
      // Without an id the engine takes it as gone.
      if (stored === undefined) return new messages.ReadResponse()
      return new messages.ReadResponse()
        .setId(request.getId())
        .setProperties(Struct.fromJavaScript(stored.state))
        .setInputs(Struct.fromJavaScript(stored.inputs))
    },
    update: (request) => {
      const [urn, inputs] = [request.getUrn(), plain(request.getNews())]
      const state = stateOf(urn, inputs)
      if (!request.getPreview()) resources.set(request.getId(), { urn, type: partsOf(urn).type, inputs, state })
      return new messages.UpdateResponse().setProperties(Struct.fromJavaScript(state))
    },
    delete: (request) => {
      resources.delete(request.getId())
      return new Empty()
    },
    invoke: (request) => {
      const answer = answerFunction(request.getTok(), plain(request.getArgs()))
      if (answer === undefined) throw new Error(`${request.getTok()} has no answer: infra/plan/functions.ts gives none`)
      return new messages.InvokeResponse().setReturn(Struct.fromJavaScript(answer))
    },
    attach: () => new Empty(),
    cancel: () => new Empty(),
  }

  const server = new grpc.Server()
  const handlers = Object.entries(answers).map(([name, answer]) => [
    name,
    ({ request }: { request: Request }, done: (error: unknown, response?: unknown) => void) => {
      try {
        done(null, answer(request))
      } catch (error) {
        done({ code: grpc.status.UNKNOWN, details: error instanceof Error ? error.message : String(error) })
      }
    },
  ])
  server.addService(ResourceProviderService, Object.fromEntries(handlers))
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error: Error | null, bound: number) =>
      error === null ? resolve(bound) : reject(error),
    )
  })
  return {
    port,
    resources,
    close: () => new Promise((resolve) => server.tryShutdown(() => resolve())),
  }
}

/** Paths of the inputs that differ, down to where either side is no object. */
function changedPaths(before: unknown, after: unknown, path = ""): string[] {
  if (isDeepStrictEqual(before, after)) return []
  if (!isObject(before) || !isObject(after)) return [path]
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].flatMap((name) => changedPaths(before[name], after[name], path === "" ? name : `${path}.${name}`))
}

const isObject = (value: unknown): value is Values =>
  value !== null && typeof value === "object" && !Array.isArray(value)
