import type { Check } from "../../check.ts"
import { isHidden, list, mustBe } from "../../values.ts"

/** What grants a role to somebody, and what grants it to several. */
const members = [
  "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember",
  "gcp:cloudrunv2/jobIamMember:JobIamMember",
  "gcp:cloudrunv2/serviceIamMember:ServiceIamMember",
  "gcp:cloudrunv2/workerPoolIamMember:WorkerPoolIamMember",
  "gcp:projects/iAMMember:IAMMember",
  "gcp:secretmanager/secretIamMember:SecretIamMember",
  "gcp:serviceaccount/iAMMember:IAMMember",
  "gcp:storage/bucketIAMMember:BucketIAMMember",
]
const bindings = members.map((type) => type.replace(/Member/g, "Binding"))

const everyone = ["allUsers", "allAuthenticatedUsers"]

/** Basic roles reach over every service: https://cloud.google.com/iam/docs/roles-overview#basic */
const basic = /^roles\/(?:owner|editor|viewer|admin|writer|reader)$/
const ofProject = ["gcp:projects/iAMMember:IAMMember", "gcp:projects/iAMBinding:IAMBinding"]
/** An administrator of a service may do all that it can do, to all that the project has of it. */
const administrator = /[aA]dmin$/

const anyone = (member: unknown) => `${JSON.stringify(member)} admits everybody; name the account`

/** Who may do what. */
export const identityChecks: readonly Check[] = [
  {
    rule: "identity-no-wildcard-action",
    types: [...members, ...bindings],
    scope: "resource",
    problems: ({ type, inputs: { role } }) => {
      if (typeof role !== "string" || isHidden(role)) return []
      const isBroad = basic.test(role) || (ofProject.includes(type) && administrator.test(role))
      return isBroad ? [mustBe(["role"], role, "a role that names its permissions")] : []
    },
  },
  {
    rule: "identity-no-wildcard-principal",
    types: members,
    scope: "resource",
    problems: ({ inputs: { member } }) =>
      everyone.includes(String(member)) ? [{ path: ["member"], message: anyone(member) }] : [],
  },
  {
    rule: "identity-no-wildcard-principal",
    types: bindings,
    scope: "resource",
    problems: ({ inputs }) =>
      list(inputs.members).flatMap((member, index) =>
        everyone.includes(String(member)) ? [{ path: ["members", index], message: anyone(member) }] : [],
      ),
  },
  {
    rule: "identity-no-keys",
    types: ["gcp:serviceaccount/key:Key"],
    scope: "resource",
    problems: () => [{ path: [], message: "it is a key that can be copied; let the workload run as its account" }],
  },
]
