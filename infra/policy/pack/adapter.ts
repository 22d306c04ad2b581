import {
  type PolicyConfigSchema,
  type PolicyResource,
  type ReportViolation,
  type ResourceValidationArgs,
  type ResourceValidationPolicy,
  type StackValidationArgs,
  type StackValidationPolicy,
  UnknownValueError,
} from "@pulumi/policy"
import { EnvSchema } from "../../../app/contract/env.ts"
import type { PlannedResource } from "../../plan/resource.ts"
import type { Environment } from "../../spec/stack-spec.ts"
import { type Finding, type Rule, rules } from "../index.ts"

const environments: readonly Environment[] = EnvSchema.properties.ENVIRONMENT.anyOf.map((member) => member.const)

/** A pack cannot see the stack's config, so the environment is config of its own. Untold, it is the strictest. */
const strictest: Environment = "production"

const configSchema: PolicyConfigSchema = {
  properties: { environment: { type: "string", enum: [...environments], default: strictest } },
}

/** Every rule as a policy: those that need one resource judge its inputs, the others what a run has come to. */
export const policies: readonly (ResourceValidationPolicy | StackValidationPolicy)[] = rules.map((rule) => {
  const { id, title, why, severity, source, scope } = rule
  const policy = {
    name: id,
    displayName: title,
    description: `${title}. ${why}.`,
    enforcementLevel: severity,
    configSchema,
    ...(source.startsWith("https:") ? { url: source } : {}),
  }
  return scope === "resource"
    ? { ...policy, validateResource: (args, report) => tell(rule, [planned(args)], args, report) }
    : { ...policy, validateStack: (args, report) => tell(rule, args.resources.map(plannedOfStack), args, report) }
})

function tell(
  rule: Rule,
  resources: readonly PlannedResource[],
  args: ResourceValidationArgs | StackValidationArgs,
  report: ReportViolation,
): void {
  const { environment = strictest } = args.getConfig<{ environment?: Environment }>()
  for (const finding of rule.check(resources, { environment })) report(sentence(finding), finding.urn)
}

const sentence = ({ path, message }: Finding): string =>
  path === "" || message.startsWith(path) ? message : `${path}: ${message}`

const planned = ({ urn, type, name, props, opts }: ResourceValidationArgs): PlannedResource => ({
  urn,
  type,
  name,
  parent: opts.parent,
  inputs: readable(props),
  dependencies: [],
  provider: undefined,
  protect: opts.protect,
})

const plannedOfStack = (resource: PolicyResource): PlannedResource => ({
  urn: resource.urn,
  type: resource.type,
  name: resource.name,
  parent: resource.parent?.urn,
  inputs: readable(resource.props),
  dependencies: resource.dependencies.map(({ urn }) => urn),
  provider: resource.provider?.urn,
  protect: resource.opts.protect,
})

/**
 * Properties as a plan shows them: what a preview cannot know yet becomes a placeholder. Read through the proxy that
 * throws at each unknown value, one of them would keep a rule from judging all that is known.
 */
const readable = (props: object): Record<string, unknown> =>
  Object.fromEntries(Object.keys(props).map((key) => [key, read(props, key)]))

function read(parent: object, key: string | number): unknown {
  let value: unknown
  try {
    value = Reflect.get(parent, key)
  } catch (error) {
    if (error instanceof UnknownValueError) return `\${${key}}`
    throw error
  }
  if (Array.isArray(value)) return Array.from({ length: value.length }, (_, index) => read(value, index))
  return typeof value === "object" && value !== null ? readable(value) : value
}
