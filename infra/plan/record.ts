import * as pulumi from "@pulumi/pulumi"
import { type PlannedResource, secretMark } from "./resource.ts"
import { keepNames, readWire } from "./values.ts"

/** What the mocks must know of the registration under way, and are not told. */
export interface Registering {
  /** Outputs that the SDK declares secret. */
  readonly secretOutputs: readonly string[]
}

export interface Recording {
  readonly resources: readonly PlannedResource[]
  outputs(): Readonly<Record<string, unknown>>
  current(): Registering | undefined
}

interface Struct {
  toJavaScript(): Readonly<Record<string, unknown>>
}

interface RegisterRequest {
  getType(): string
  getName(): string
  getParent(): string
  getObject(): Struct | undefined
  getDependenciesList(): readonly string[]
  getProvider(): string
  getProtect(): boolean
  getAdditionalsecretoutputsList(): readonly string[]
}

interface OutputsRequest {
  getUrn(): string
  getOutputs(): Struct | undefined
}

type Report = (resource: string, what: string) => void

/** Whether a plan hides what is secret. Bare plans are for observers in tests and never leave the process. */
export type Secrets = "hidden" | "bare"

type Done = (error: unknown, response: { getUrn(): string } | undefined) => void

interface Monitor {
  newUrn(parent: string, type: string, name: string): string
  registerResource(request: RegisterRequest, done: Done): unknown
  registerResourceOutputs(request: OutputsRequest, done: Done): unknown
}

/** Records each request to the mock monitor: the hooks of the mocks see no parent, dependency or option. */
export function recordMonitor(report: Report, secrets: Secrets): Recording {
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor
  const resources: PlannedResource[] = []
  const places = new Map<string, number>()
  let outputs: Readonly<Record<string, unknown>> = {}
  let under: Registering | undefined
  let registered = 0

  monitor.newUrn = engineUrn

  const register = monitor.registerResource.bind(monitor)
  monitor.registerResource = (request, done) => {
    const place = registered++
    under = { secretOutputs: request.getAdditionalsecretoutputsList() }
    return register(request, (error, response) => {
      if (response !== undefined) {
        places.set(response.getUrn(), place)
        resources[place] = readRequest(request, response.getUrn(), places, { report, secrets })
      }
      done(error, response)
    })
  }

  const registerOutputs = monitor.registerResourceOutputs.bind(monitor)
  monitor.registerResourceOutputs = (request, done) => {
    if (request.getUrn().includes(`::${pulumi.runtime.rootPulumiStackTypeName}::`)) {
      const problem = (path: string, what: string) => report("The stack's outputs", `${path} ${what}`)
      outputs = readMembers(request.getOutputs(), problem, secrets)
    }
    return registerOutputs(request, done)
  }
  return { resources, outputs: () => outputs, current: () => under }
}

/** The engine's own form: all types on the way from the stack, where the mock monitor has only the parent's. */
function engineUrn(parent: string, type: string, name: string): string {
  const [, , above = ""] = parent.split("::")
  const qualified = above === "" || above === pulumi.runtime.rootPulumiStackTypeName ? type : `${above}$${type}`
  return `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${qualified}::${name}`
}

const readMembers = (struct: Struct | undefined, problem: (path: string, what: string) => void, secrets: Secrets) =>
  readWire(struct?.toJavaScript() ?? {}, "", { problem, hidden: false, bare: secrets === "bare" }) as Readonly<
    Record<string, unknown>
  >

function readRequest(
  request: RegisterRequest,
  urn: string,
  places: ReadonlyMap<string, number>,
  { report, secrets }: { report: Report; secrets: Secrets },
): PlannedResource {
  const [type, name] = [request.getType(), request.getName()]
  const problem = (path: string, what: string) => report(`${type} "${name}"`, `${path} ${what}`)
  const inputs = readMembers(request.getObject(), problem, secrets)
  const dependencies = request.getDependenciesList()
  const provider = request.getProvider()
  return {
    urn,
    type,
    name,
    parent: request.getParent() || undefined,
    inputs: secrets === "bare" ? inputs : { ...inputs, ...hide(request, inputs) },
    dependencies: dependencies.toSorted((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0)),
    // A reference to a provider is its URN and its id.
    provider: provider === "" ? undefined : provider.slice(0, provider.lastIndexOf("::")),
    protect: request.getProtect(),
  }
}

/** An input that the SDK declares a secret output is as secret as that. */
function hide(request: RegisterRequest, inputs: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const wire = request.getObject()?.toJavaScript() ?? {}
  const given = request.getAdditionalsecretoutputsList().filter((key) => key in inputs)
  const isSecret = request.getType() === "kubernetes:core/v1:Secret"
  return Object.fromEntries(given.map((key) => [key, isSecret ? keepNames(wire[key]) : secretMark]))
}
