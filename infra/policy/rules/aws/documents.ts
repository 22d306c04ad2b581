import type { Check, Path } from "../../check.ts"
import { at, entries, isHidden, list, mustBe, shown } from "../../values.ts"

/** Where each type keeps what it grants, and whom it trusts. */
const grants: Readonly<Record<string, string>> = {
  "aws:iam/policy:Policy": "policy",
  "aws:iam/rolePolicy:RolePolicy": "policy",
  "aws:iam/userPolicy:UserPolicy": "policy",
  "aws:iam/groupPolicy:GroupPolicy": "policy",
}
const trusts: Readonly<Record<string, string>> = {
  "aws:iam/role:Role": "assumeRolePolicy",
  "aws:s3/bucketPolicy:BucketPolicy": "policy",
  "aws:ecr/repositoryPolicy:RepositoryPolicy": "policy",
  "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
  "aws:kms/key:Key": "policy",
  "aws:sqs/queuePolicy:QueuePolicy": "policy",
  "aws:sns/topicPolicy:TopicPolicy": "policy",
}

/** The provider's own policies that grant whole services or everything. */
const broadPolicy = /:aws:policy\/(?:[\w-]+\/)*(?:AdministratorAccess|PowerUserAccess|\w*FullAccess)$/

interface Statement {
  /** Its place in the document. */
  readonly path: Path
  readonly statement: unknown
}

/**
 * The statements of an IAM policy document, given as JSON or as an object; none of one that cannot be read.
 * A single statement may stand without a list (IAM's grammar of policies).
 */
export function statementsOf(document: unknown): readonly Statement[] {
  const statements = at(parsed(document), ["Statement"])
  return Array.isArray(statements)
    ? statements.map((statement, index) => ({ path: ["Statement", index], statement }))
    : statements === undefined
      ? []
      : [{ path: ["Statement"], statement: statements }]
}

function parsed(document: unknown): unknown {
  if (typeof document !== "string") return document
  try {
    return JSON.parse(document)
  } catch {
    return undefined
  }
}

/** Whether a document will only be known once another resource is there; one with a placeholder in it can be read. */
export const isUnread = (document: unknown): boolean => isHidden(document) && parsed(document) === undefined

const many = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value])

const isAllowed = ({ statement }: Statement): boolean => at(statement, ["Effect"]) === "Allow"

/** `*`, `s3:*` and `*:Get` are wildcards of whole services; `s3:Get*` is a set of like actions, and named enough. */
const isWildcard = (action: unknown): boolean => typeof action === "string" && /^[^:]*\*|^[^:]+:\*/.test(action)

/** Every text of a principal, with the kind that it stands under. */
const principals = (statement: unknown): readonly unknown[] => {
  const principal = at(statement, ["Principal"])
  return typeof principal === "string" ? [principal] : entries(principal).flatMap(([, value]) => many(value))
}

/** A check of each statement that allows, in one property of the types. */
const eachAllowed = (
  rule: Check["rule"],
  where: Readonly<Record<string, string>>,
  problems: (statement: unknown) => readonly { readonly path: Path; readonly message: string }[],
): Check => ({
  rule,
  types: Object.keys(where),
  scope: "resource",
  problems: ({ type, inputs }) => {
    const name = where[type] ?? ""
    return statementsOf(inputs[name])
      .filter(isAllowed)
      .flatMap(({ path, statement }) =>
        problems(statement).map((problem) => ({ ...problem, path: [name, ...path, ...problem.path] })),
      )
  },
})

function wildcardActions(statement: unknown): { path: Path; message: string }[] {
  const wild = many(at(statement, ["Action"])).filter(isWildcard)
  return [
    ...(wild.length === 0
      ? []
      : [{ path: ["Action"], message: `${wild.map(shown).join(", ")} grants whole services; name the actions` }]),
    ...(at(statement, ["NotAction"]) === undefined
      ? []
      : [{ path: ["NotAction"], message: "NotAction grants all but what it lists; name the actions by Action" }]),
  ]
}

/** Who may do what. */
export const identityChecks: readonly Check[] = [
  eachAllowed("identity-no-wildcard-action", grants, wildcardActions),
  {
    rule: "identity-no-wildcard-action",
    types: ["aws:iam/role:Role"],
    scope: "resource",
    problems: ({ inputs }) => [
      ...list(inputs.inlinePolicies).flatMap((inline, index) =>
        statementsOf(at(inline, ["policy"]))
          .filter(isAllowed)
          .flatMap(({ path, statement }) =>
            wildcardActions(statement).map((problem) => ({
              ...problem,
              path: ["inlinePolicies", index, "policy", ...path, ...problem.path],
            })),
          ),
      ),
      ...list(inputs.managedPolicyArns).flatMap((arn, index) =>
        isBroad(arn) ? [mustBe(["managedPolicyArns", index], arn, "a policy that names its actions")] : [],
      ),
    ],
  },
  {
    rule: "identity-no-wildcard-action",
    types: ["aws:iam/rolePolicyAttachment:RolePolicyAttachment", "aws:iam/userPolicyAttachment:UserPolicyAttachment"],
    scope: "resource",
    problems: ({ inputs }) =>
      isBroad(inputs.policyArn) ? [mustBe(["policyArn"], inputs.policyArn, "a policy that names its actions")] : [],
  },
  eachAllowed("identity-no-wildcard-principal", trusts, (statement) => [
    ...(principals(statement).includes("*")
      ? [{ path: ["Principal"], message: '"*" admits every account; name the account, role or service' }]
      : []),
    ...(at(statement, ["NotPrincipal"]) === undefined
      ? []
      : [{ path: ["NotPrincipal"], message: "NotPrincipal admits all but whom it lists; name them by Principal" }]),
  ]),
  eachAllowed("identity-federation-bound", { "aws:iam/role:Role": "assumeRolePolicy" }, (statement) => {
    const isFederated = many(at(statement, ["Action"])).includes("sts:AssumeRoleWithWebIdentity")
    const conditions = entries(at(statement, ["Condition"])).flatMap(([, operands]) => entries(operands))
    const isBound = conditions.some(([key, value]) => key.endsWith(":sub") && !many(value).includes("*"))
    return !isFederated || isBound
      ? []
      : [{ path: ["Condition"], message: "no condition on the issuer's :sub; name who may assume the role" }]
  }),
]

const isBroad = (arn: unknown): boolean => typeof arn === "string" && !isHidden(arn) && broadPolicy.test(arn)
