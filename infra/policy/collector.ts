import type { Path, Problem } from "./check.ts"
import { at, isHidden, list } from "./values.ts"

/** Prometheus, an OpenTelemetry collector, or Google's, which is one, under whatever registry. */
const collectors = /(?:^|\/)(?:prometheus|opentelemetry-collector(?:-contrib)?|cloud-run-gmp-sidecar)[:@]/

/** Whether it collects; one whose image cannot be read may. */
const mayCollect = (container: unknown): boolean => {
  const image = at(container, ["image"])
  return isHidden(image) || (typeof image === "string" && collectors.test(image))
}

/** What is wrong with containers that stand together and are read by none of them. Templates of which none is known are right. */
export function collectorProblems(containers: unknown, path: Path): readonly Problem[] {
  const all = list(containers)
  if (all.length === 0 || all.some(mayCollect)) return []
  return [{ path, message: "none of the containers collects metrics; add a collector, such as Prometheus" }]
}
