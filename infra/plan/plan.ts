import { setImmediate } from "node:timers/promises"
import * as pulumi from "@pulumi/pulumi"
import { service } from "../../app/contract/service.ts"
import { answerFunction } from "./functions.ts"
import { placeholderId, placeholders, secretsOf } from "./placeholders.ts"
import { watchInputs, watchReads } from "./reads.ts"
import { type Recording, type Registering, recordMonitor, type Secrets } from "./record.ts"
import { type Plan, PlanError } from "./resource.ts"

/** How the program is run for a plan: example names are taken, and secrets may be placeholders. */
export interface PlanProgramOptions {
  readonly examples: "allowed"
  readonly secretKeys: readonly string[]
}

export interface PlanOptions {
  readonly project: string
  readonly stack: string
  /** The config's values as text by full key. */
  readonly config: Readonly<Record<string, string>>
  /** Full keys whose values are secrets. */
  readonly secretKeys: readonly string[]
  /** What is secret is hidden unless an observer asks for it; such a plan must not be shown. */
  readonly secrets?: Secrets
  /** Answers with the stack's outputs. */
  readonly program: (options: PlanProgramOptions) => Promise<object>
}

/** Providers fill their inputs from these variables: a plan must not show whose machine it was made on. */
const machineVariables = /^(AWS_|ARM_|AZURE_|GOOGLE_|GCLOUD_|PULUMI_K8S_|KUBECONFIG$|KUBERNETES_)/

let last: Promise<unknown> = Promise.resolve()

/**
 * Runs the program under the SDK's mocks and lists what it registers: no engine, plugin, credentials or passphrase.
 * Throws a PlanError for what cannot be shown, and what the program itself throws as it is. The SDK keeps one program
 * in a process, so a second plan waits for the first.
 */
export function planProgram(options: PlanOptions): Promise<Plan> {
  const plan = last.then(() => withoutMachine(() => run(options)))
  last = plan.catch(() => undefined)
  return plan
}

async function run({ project, stack, config, secretKeys, program, secrets = "hidden" }: PlanOptions): Promise<Plan> {
  const problems = new Set<string>()
  const report = (resource: string, what: string) => problems.add(`${resource}: ${what}`)
  const errors: unknown[] = []
  const fail = (error: unknown) => errors.push(error)
  // An apply that throws comes up nowhere else.
  process.on("unhandledRejection", fail)
  try {
    pulumi.runtime.setAllConfig({ ...config }, [...secretKeys])
    const properties = new Map<string, ReadonlySet<string>>()
    let recording: Recording | undefined
    await pulumi.runtime.setMocks(
      mocks(properties, () => recording?.current(), report),
      project,
      stack,
      false,
    )
    recording = recordMonitor(report, secrets)
    const init = async () => {
      pulumi.runtime.registerStackTransformation((registration) => watch(registration, properties, report))
      try {
        return await program({ examples: "allowed", secretKeys })
      } catch (error) {
        // Thrown on, it would come back a second time from inside the SDK, where nobody can catch it.
        fail(error)
        return {}
      }
    }
    await pulumi.runtime.runInPulumiStack(init).catch(fail)
    // The outputs are known before the resources that no output comes from: wait for the SDK's queue too. What failed
    // is waited for as well, or it would go on in the next plan.
    await pulumi.runtime.disconnect().catch(fail)
    // Rejections are told once the microtasks are done.
    await setImmediate()
    throwFirst(errors, problems)
    const target = config[`${service.name}:cloud`] ?? ""
    return { stack, target, resources: recording.resources, outputs: recording.outputs() }
  } finally {
    process.off("unhandledRejection", fail)
  }
}

/** What the program read and did not have is why it threw, and is told first. */
function throwFirst(errors: readonly unknown[], problems: ReadonlySet<string>): void {
  const [error] = errors
  if (problems.size > 0) {
    const thrown = errors.length === 0 ? [] : [error instanceof Error ? error.message : String(error)]
    throw new PlanError([...problems, ...thrown], error)
  }
  if (errors.length > 0) throw error
}

type Report = (resource: string, what: string) => void

function mocks(
  properties: ReadonlyMap<string, ReadonlySet<string>>,
  current: () => Registering | undefined,
  report: Report,
): pulumi.runtime.Mocks {
  return {
    newResource: ({ type, name, inputs, custom }) => {
      if (custom !== true) return { id: undefined, state: {} }
      const secrets = [...(current()?.secretOutputs ?? []), ...secretsOf(type)]
      const state = Object.entries(placeholders(type, name, inputs, properties.get(type) ?? [])).map(([key, value]) => [
        key,
        secrets.includes(key) && !pulumi.runtime.isRpcSecret(value) ? pulumi.secret(value) : value,
      ])
      return { id: placeholderId(name), state: Object.fromEntries(state) }
    },
    call: ({ token, inputs }) => {
      const answer = answerFunction(token, inputs)
      if (answer === undefined) {
        report(token, "this function has no answer in a plan: give it one in infra/plan/functions.ts")
        // The SDK takes the text of a failed call from where gRPC puts it.
        const message = `${token} has no answer in a plan`
        throw Object.assign(new Error(message), { details: message })
      }
      return answer
    },
  }
}

/** Runs for each resource before it is registered, while the program still waits for its constructor. */
function watch(
  { resource, type, name, props }: pulumi.ResourceTransformationArgs,
  properties: Map<string, ReadonlySet<string>>,
  report: Report,
): undefined {
  const label = `${type} "${name}"`
  const known = new Set([...(properties.get(type) ?? []), ...Object.keys(props)])
  properties.set(type, known)
  watchInputs(props, "", (path, sources) =>
    report(label, `${path} comes from ${sources}, which has no such value in a plan: see infra/plan/placeholders.ts`),
  )
  // The SDK's own mark is not there before the constructor ends.
  if (!(resource instanceof pulumi.CustomResource)) return
  const missing = Object.keys(props).filter(
    (property) => props[property] === undefined && !(property in placeholders(type, name, {}, known)),
  )
  watchReads(resource, missing, (property) =>
    report(
      label,
      `the program reads ${property}, which nothing gives in a plan: give it a placeholder in infra/plan/placeholders.ts`,
    ),
  )
}

async function withoutMachine<Result>(work: () => Promise<Result>): Promise<Result> {
  const kept = Object.entries(process.env).filter(([name]) => machineVariables.test(name))
  for (const [name] of kept) delete process.env[name]
  try {
    return await work()
  } finally {
    Object.assign(process.env, Object.fromEntries(kept))
  }
}
