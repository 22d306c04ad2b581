import type { Check, Path, Problem } from "../../check.ts"
import { digestProblems, vendorProblems } from "../../images.ts"
import { at, isHidden, isTrue, list, missingProbes, mustBe, shown } from "../../values.ts"
import { eachContainer, podPath, podTypes, servingTypes } from "./pods.ts"

/** A member of the container's security context; what the pod's says counts where the container's says nothing. */
function secured(
  path: Path,
  allowed: string,
  fits: (value: unknown) => boolean,
  inherits: boolean,
): (container: unknown, pod: unknown) => Problem[] {
  const whole = ["securityContext", ...path]
  return (container, pod) => {
    const value = at(container, whole) ?? (inherits ? at(pod, whole) : undefined)
    return isHidden(value) || fits(value) ? [] : [mustBe(whole, value, allowed)]
  }
}

const root = secured(["runAsNonRoot"], "true", isTrue, true)
const rootUser = secured(["runAsUser"], "a user other than 0", (user) => user !== 0, true)

const probes = ["livenessProbe", "readinessProbe"]
const amounts = ["requests", "limits"].flatMap((kind) => ["cpu", "memory"].map((unit) => ["resources", kind, unit]))

/** Names under which a pod would share its node. */
const hostNamespaces = ["hostNetwork", "hostPID", "hostIPC"]

/** What each container must say of itself; the figures of the contract are held by the comparison with it. */
export const containerChecks: readonly Check[] = [
  eachContainer("image-by-digest", digestProblems),
  eachContainer("image-vendor-version", vendorProblems),
  eachContainer("container-non-root", (container, pod) => [...root(container, pod), ...rootUser(container, pod)]),
  eachContainer("container-read-only-root", secured(["readOnlyRootFilesystem"], "true", isTrue, false)),
  eachContainer(
    "container-no-escalation",
    secured(["allowPrivilegeEscalation"], "false", (it) => it === false, false),
  ),
  eachContainer(
    "container-seccomp",
    secured(
      ["seccompProfile", "type"],
      "RuntimeDefault or Localhost",
      (type) => type === "RuntimeDefault" || type === "Localhost",
      true,
    ),
  ),
  eachContainer("container-capabilities", (container) => {
    const capabilities = at(container, ["securityContext", "capabilities"])
    const dropped = at(capabilities, ["drop"])
    const added = list(at(capabilities, ["add"]))
    const path = ["securityContext", "capabilities"]
    return [
      ...(isHidden(dropped) || list(dropped).includes("ALL") ? [] : [mustBe([...path, "drop"], dropped, '["ALL"]')]),
      ...(added.length === 0 ? [] : [mustBe([...path, "add"], added, "empty")]),
    ]
  }),
  eachContainer("container-resources", (container) =>
    amounts.flatMap((path) => {
      const value = at(container, path)
      return value === undefined ? [mustBe(path, value, "set, such as 500m of cpu or 1Gi of memory")] : []
    }),
  ),
  eachContainer("container-probes", (container) => missingProbes(container, probes), servingTypes, "main"),
  eachContainer("pod-apart-from-host", (container) => [
    ...(at(container, ["securityContext", "privileged"]) === true
      ? [mustBe(["securityContext", "privileged"], true, "false")]
      : []),
    ...list(at(container, ["ports"])).flatMap((port, index) => {
      const hostPort = at(port, ["hostPort"])
      return hostPort === undefined ? [] : [mustBe(["ports", index, "hostPort"], hostPort, "left out")]
    }),
  ]),
  {
    rule: "pod-apart-from-host",
    types: podTypes,
    scope: "resource",
    problems: (resource) => {
      const path = podPath(resource)
      const pod = at(resource.inputs, path)
      return [
        ...hostNamespaces
          .filter((name) => at(pod, [name]) === true)
          .map((name) => mustBe([...path, name], true, "false")),
        ...list(at(pod, ["volumes"])).flatMap((volume, index) => {
          const hostPath = at(volume, ["hostPath"])
          if (hostPath === undefined) return []
          const where = [...path, "volumes", index, "hostPath"]
          const message = `${shown(at(hostPath, ["path"]))} of the node is mounted; use an emptyDir, Secret or ConfigMap`
          return [{ path: where, message }]
        }),
      ]
    },
  },
  {
    rule: "workload-identity",
    types: podTypes,
    scope: "resource",
    problems: (resource) => {
      const path = [...podPath(resource), "serviceAccountName"]
      const account = at(resource.inputs, path)
      return account === undefined || account === "default"
        ? [mustBe(path, account, "a ServiceAccount of the workload's own")]
        : []
    },
  },
  {
    rule: "workload-token",
    types: podTypes,
    scope: "resource",
    problems: (resource) => {
      const path = [...podPath(resource), "automountServiceAccountToken"]
      const mounted = at(resource.inputs, path)
      return isHidden(mounted) || mounted === false ? [] : [mustBe(path, mounted, "false")]
    },
  },
]
