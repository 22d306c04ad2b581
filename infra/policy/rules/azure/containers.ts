import type { PlannedResource } from "../../../plan/resource.ts"
import type { Check, Path, PlanView, Problem } from "../../check.ts"
import { digestProblems, vendorProblems } from "../../images.ts"
import { secretIn } from "../../secrets.ts"
import { at, inProduction, isHidden, list, missingProbes, mustBe } from "../../values.ts"
import { types } from "./types.ts"

/** Every kind that says what containers there are; a profile's run until they are told to stop. */
const containerTypes = [types.profile, types.group]

/** A check of each container; problems' paths are told from the container. */
const eachContainer = (
  rule: Check["rule"],
  problems: (container: unknown) => readonly Problem[],
  of: readonly string[] = containerTypes,
): Check => ({
  rule,
  types: of,
  scope: "resource",
  problems: ({ inputs }) =>
    list(inputs.containers).flatMap((container, index) =>
      problems(container).map((problem) => ({ ...problem, path: ["containers", index, ...problem.path] })),
    ),
})

const amounts = ["requests", "limits"].flatMap((kind) => ["cpu", "memoryInGB"].map((unit) => ["resources", kind, unit]))

const probes = ["livenessProbe", "readinessProbe"]

/** The fewest groups that the scaler leaves of the api, and where that is said; undefined where no scaler is told. */
function fewest({ resources }: PlanView): unknown {
  const settings = resources
    .filter(({ type }) => type === types.profile)
    .flatMap(({ inputs }) => list(inputs.containers))
    .flatMap((container) => list(at(container, ["environmentVariables"])))
  const told = at(
    settings.find((one) => at(one, ["name"]) === "SCALING"),
    ["value"],
  )
  try {
    return typeof told === "string" ? at(JSON.parse(told), ["api", "min"]) : undefined
  } catch {
    return undefined
  }
}

/** A set to which the load balancer sends. */
const isServing = ({ inputs }: PlannedResource): boolean =>
  list(inputs.containerGroupProfiles).some((one) => at(one, ["networkProfile", "loadBalancer"]) !== undefined)

const updates: Path = ["updateProfile", "rollingUpdateProfile", "inPlaceUpdate"]

/** What is asked of container groups, of their sets and of the profiles that say what is in them. */
export const containerChecks: readonly Check[] = [
  eachContainer("image-by-digest", digestProblems),
  eachContainer("image-vendor-version", vendorProblems),
  eachContainer("container-resources", (container) =>
    amounts.flatMap((path) =>
      at(container, path) === undefined ? [mustBe(path, undefined, "set, such as 0.5 of cpu or 1 of memoryInGB")] : [],
    ),
  ),
  eachContainer("container-probes", (container) => missingProbes(container, probes), [types.profile]),
  eachContainer("secret-not-plain", (container) =>
    list(at(container, ["environmentVariables"])).flatMap((setting, index) => {
      const name = String(at(setting, ["name"]))
      const reason = secretIn(name, at(setting, ["value"]))
      const message = `${name} holds ${reason}; give it as a secureValue`
      return reason === undefined ? [] : [{ path: ["environmentVariables", index, "value"], message }]
    }),
  ),
  {
    rule: "workload-identity",
    types: [types.groupSet, types.group],
    scope: "resource",
    problems: ({ inputs }) => {
      const path = ["identity", "userAssignedIdentities"]
      const identities = at(inputs, path)
      return isHidden(identities) || list(identities).length > 0
        ? []
        : [mustBe(path, identities, "an identity of the workload's own")]
    },
  },
  {
    rule: "group-private",
    types: containerTypes,
    scope: "resource",
    problems: ({ inputs }) => {
      const path = ["ipAddress", "type"]
      return at(inputs, path) === "Public" ? [mustBe(path, "Public", "Private, in a subnet")] : []
    },
  },
  {
    rule: "rollout-replaces",
    types: [types.groupSet],
    scope: "resource",
    problems: ({ inputs }) => {
      const mode = at(inputs, ["updateProfile", "updateMode"])
      const inPlace = at(inputs, updates)
      return [
        ...(isHidden(mode) || mode === "Rolling" ? [] : [mustBe(["updateProfile", "updateMode"], mode, "Rolling")]),
        ...(isHidden(inPlace) || inPlace === false ? [] : [mustBe(updates, inPlace, "false")]),
      ]
    },
  },
  {
    rule: "production-replicas",
    types: [types.groupSet],
    scope: "plan",
    problems: (set, view) => {
      if (!inProduction(set, view) || !isServing(set)) return []
      const path = ["elasticProfile", "desiredCount"]
      const least = fewest(view)
      const count = least ?? at(set.inputs, path) ?? 1
      if (isHidden(count) || Number(count) >= 2) return []
      return least === undefined
        ? [mustBe(path, at(set.inputs, path), "2 or more")]
        : [{ path, message: `the scaler may leave ${String(count)}; its SCALING must say 2 or more` }]
    },
  },
]
