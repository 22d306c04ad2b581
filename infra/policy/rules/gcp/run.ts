import type { Check } from "../../check.ts"
import { byDigest, isFixed, isWholeVersion } from "../../images.ts"
import { secretIn } from "../../secrets.ts"
import { at, atLeast, inProduction, isHidden, isServed, list, mustBe, property } from "../../values.ts"
import { eachContainer, jobType, ofTemplate, serviceType } from "./containers.ts"

/** Docker's own images by way of a repository that fetches them, and Google's own agents; with a tag that says a version. */
const vendors =
  /^(?:docker\.io\/library\/|[\w.-]+-docker\.pkg\.dev\/[^/]+\/[^/]+\/library\/|us-docker\.pkg\.dev\/cloud-ops-agents-artifacts\/)[\w./-]+:v?\d[\w.-]*$/

const isVendors = (image: unknown): boolean => typeof image === "string" && vendors.test(image)

const probes = ["startupProbe", "livenessProbe", "readinessProbe"]

/** Requests enter by a port, and go on to what the container with the port waits for. */
const serves = (container: unknown, others: readonly unknown[]): boolean =>
  at(container, ["ports"]) !== undefined ||
  others.some(
    (other) => at(other, ["ports"]) !== undefined && list(at(other, ["dependsOns"])).includes(at(container, ["name"])),
  )

/** Services, worker pools and jobs of Cloud Run. */
export const runChecks: readonly Check[] = [
  eachContainer("image-by-digest", (container) => {
    const image = at(container, ["image"])
    return isFixed(image) || isVendors(image) ? [] : [mustBe(["image"], image, byDigest)]
  }),
  eachContainer("image-vendor-version", (container) => {
    const image = at(container, ["image"])
    return isVendors(image) && !isWholeVersion(image)
      ? [mustBe(["image"], image, "a vendor's image by its whole version")]
      : []
  }),
  eachContainer("container-resources", (container) =>
    ["cpu", "memory"].flatMap((unit) => {
      const path = ["resources", "limits", unit]
      const value = at(container, path)
      return value === undefined ? [mustBe(path, value, "set, such as 500m of cpu or 1Gi of memory")] : []
    }),
  ),
  eachContainer(
    "container-probes",
    (container, others) =>
      serves(container, others)
        ? probes
            .filter((probe) => at(container, [probe]) === undefined)
            .map((probe) => mustBe([probe], undefined, "set: an httpGet probe of this container"))
        : [],
    [serviceType],
  ),
  eachContainer(
    "processor-between-requests",
    (container) => {
      const path = ["resources", "cpuIdle"]
      const idle = at(container, path)
      return isHidden(idle) || idle === false ? [] : [mustBe(path, idle, "false")]
    },
    [serviceType],
  ),
  eachContainer("secret-not-plain", (container) =>
    list(at(container, ["envs"])).flatMap((variable, index) => {
      const name = String(at(variable, ["name"]))
      const reason = secretIn(name, at(variable, ["value"]))
      const message = `${name} holds ${reason}; take it from Secret Manager by secretKeyRef`
      return reason === undefined ? [] : [{ path: ["envs", index, "value"], message }]
    }),
  ),
  eachContainer("secret-version-pinned", (container) =>
    list(at(container, ["envs"])).flatMap((variable, index) => {
      const path = ["valueSource", "secretKeyRef"]
      const reference = at(variable, path)
      const version = at(reference, ["version"])
      if (reference === undefined || isHidden(version) || isPinned(version)) return []
      return [mustBe(["envs", index, ...path, "version"], version, "the number of a version")]
    }),
  ),
  ofTemplate("secret-version-pinned", (template) =>
    list(at(template, ["volumes"])).flatMap((volume, index) =>
      list(at(volume, ["secret", "items"])).flatMap((item, place) => {
        const version = at(item, ["version"])
        return isHidden(version) || isPinned(version)
          ? []
          : [mustBe(["volumes", index, "secret", "items", place, "version"], version, "the number of a version")]
      }),
    ),
  ),
  ofTemplate("workload-identity", (template) => {
    const account = at(template, ["serviceAccount"])
    const isDefault = account === undefined || String(account).endsWith("-compute@developer.gserviceaccount.com")
    return isDefault ? [mustBe(["serviceAccount"], account, "a service account of the workload's own")] : []
  }),
  ofTemplate("egress-through-network", (template) => {
    const path = ["vpcAccess", "egress"]
    const egress = at(template, path)
    return isHidden(egress) || egress === "ALL_TRAFFIC" ? [] : [mustBe(path, egress, "ALL_TRAFFIC")]
  }),
  {
    rule: "gate-awaited",
    types: [jobType],
    scope: "resource",
    problems: ({ inputs }) => {
      const retries = at(inputs, ["template", "template", "maxRetries"])
      return [
        ...(inputs.runExecutionToken === undefined
          ? [mustBe(["runExecutionToken"], undefined, "set: the job is ready when its execution has succeeded")]
          : []),
        ...(retries === 0 || isHidden(retries) ? [] : [mustBe(["template", "template", "maxRetries"], retries, "0")]),
      ]
    },
  },
  property({
    rule: "production-replicas",
    types: [serviceType],
    path: ["template", "scaling", "minInstanceCount"],
    fits: atLeast(2),
    allowed: "2 or more",
    when: inProduction,
  }),
  property({
    rule: "network-closed",
    types: [serviceType],
    path: ["ingress"],
    fits: (ingress) =>
      ingress === "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER" || ingress === "INGRESS_TRAFFIC_INTERNAL_ONLY",
    allowed: "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER: clients come by the load balancer",
    when: isServed,
  }),
]

const isPinned = (version: unknown): boolean => /^\d+$/.test(String(version))
