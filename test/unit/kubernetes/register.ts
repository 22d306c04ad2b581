import * as pulumi from "@pulumi/pulumi"
import type { StackTarget, TargetContext } from "../../../infra/spec/target.ts"
import { AtlasStack } from "../../../infra/stack.ts"

/** A resource as the program asks the engine for it. */
export interface Registered {
  readonly urn: string
  readonly type: string
  readonly name: string
  readonly parent: string
  /** Plain values; secrets are unwrapped, and their paths listed apart. */
  readonly inputs: Readonly<Record<string, unknown>>
  readonly secrets: readonly string[]
  /** URNs. */
  readonly dependencies: readonly string[]
  readonly ignoreChanges: readonly string[]
  /** The URN and id of an explicit provider; empty for the ambient one. */
  readonly provider: string
  /** Seconds, as the engine reads it. */
  readonly createTimeout: string
}

interface Request {
  getType(): string
  getName(): string
  getParent(): string
  getDependenciesList(): string[]
  getIgnorechangesList(): string[]
  getProvider(): string
  getCustomtimeouts(): { getCreate(): string } | undefined
  getObject(): { toJavaScript(): Record<string, unknown> }
}
type Done = (error: unknown, response: { getUrn(): string } | undefined) => void
interface Monitor {
  registerResource(request: Request, done: Done): unknown
}

/** Everything that a stack of the target registers, and what it answers with. */
export async function register(target: StackTarget, context: TargetContext) {
  const newResource: pulumi.runtime.Mocks["newResource"] = ({ type, name, inputs, id }) => ({
    id: id ?? name,
    state: type === "random:index/randomPassword:RandomPassword" ? { ...inputs, result: `random-of-${name}` } : inputs,
  })
  const call: pulumi.runtime.Mocks["call"] = ({ token }) => {
    throw new Error(`The program calls ${token}`)
  }
  await pulumi.runtime.setMocks({ newResource, call }, context.names.project, context.names.stack, false)
  const registered: Registered[] = []
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor
  const pass = monitor.registerResource.bind(monitor)
  monitor.registerResource = (request, done) =>
    pass(request, (error, response) => {
      if (response !== undefined) registered.push(read(request, response.getUrn()))
      done(error, response)
    })
  const outputs = await pulumi.runtime.runInPulumiStack(async () => {
    const { url, instructions, release, archive, reach } = new AtlasStack("atlas", { context, target })
    const given = {
      ...(instructions === undefined ? {} : { instructions }),
      ...(archive === undefined ? {} : { archive }),
    }
    return { url, release, reach, ...given }
  })
  await pulumi.runtime.disconnect()
  return { registered, outputs: outputs ?? {} }
}

function read(request: Request, urn: string): Registered {
  const secrets: string[] = []
  return {
    urn,
    type: request.getType(),
    name: request.getName(),
    parent: request.getParent(),
    inputs: unwrap(request.getObject().toJavaScript(), "", secrets) as Record<string, unknown>,
    secrets,
    dependencies: request.getDependenciesList(),
    ignoreChanges: request.getIgnorechangesList(),
    provider: request.getProvider(),
    createTimeout: request.getCustomtimeouts()?.getCreate() ?? "",
  }
}

function unwrap(value: unknown, path: string, secrets: string[]): unknown {
  if (Array.isArray(value)) return value.map((item, index) => unwrap(item, `${path}[${index}]`, secrets))
  if (value === null || typeof value !== "object") return value
  if (pulumi.runtime.isRpcSecret(value)) {
    secrets.push(path)
    return unwrap(pulumi.runtime.unwrapRpcSecret(value), path, secrets)
  }
  const join = (key: string) => (path === "" ? key : `${path}.${key}`)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unwrap(inner, join(key), secrets)]))
}
