import { isDeepStrictEqual } from "node:util"
import type { Limit } from "../spec/target.ts"
import type { FacetName, Observation } from "./observation.ts"

/**
 * How one facet stands on one target: equal to what is expected, limited as the target says (with its source), or
 * different from what it should be, which is a fault of the target.
 */
export type Verdict =
  | { readonly kind: "equal" }
  | { readonly kind: "limited"; readonly limit: Limit; readonly observed: unknown }
  | { readonly kind: "different"; readonly observed: unknown }

export interface ComparedFacet {
  readonly facet: FacetName
  readonly expected: unknown
  readonly verdicts: Readonly<Record<string, Verdict>>
}

export interface ObservedTarget {
  readonly name: string
  readonly observation: Observation
  readonly limits: readonly Limit[]
}

/** Every expected facet, with a verdict for each target in their order. */
export function compareTargets(
  expected: Required<Observation>,
  targets: readonly ObservedTarget[],
): readonly ComparedFacet[] {
  return Object.keys(expected).map((name) => {
    const facet = name as FacetName
    const verdicts = targets.map((target) => [target.name, judge(facet, expected[facet], target)] as const)
    return { facet, expected: expected[facet], verdicts: Object.fromEntries(verdicts) }
  })
}

function judge(facet: FacetName, expected: unknown, { observation, limits }: ObservedTarget): Verdict {
  const observed = observation[facet]
  if (isDeepStrictEqual(observed, expected)) return { kind: "equal" }
  const limit = limits.find((candidate) => candidate.facet === facetWords[facet])
  return limit === undefined ? { kind: "different", observed } : { kind: "limited", limit, observed }
}

/** A target's limits speak of a facet in the words of the spec. */
const facetWords: Readonly<Record<FacetName, Limit["facet"]>> = {
  image: "image",
  user: "user and filesystem",
  port: "port",
  liveness: "liveness",
  readiness: "readiness",
  size: "size",
  replicas: "replicas",
  scaling: "scaling",
  timeout: "timeout",
  body: "body",
  rollout: "rollout",
  gateway: "gateway",
  bursts: "bursts",
  edge: "edge",
  database: "database",
  cache: "cache",
  secrets: "secrets",
  identity: "identity",
  network: "network",
  backups: "backups",
  logs: "observability",
}

/** The facets at fault: those that are different and that no limit explains. */
export function faults(compared: readonly ComparedFacet[]): readonly string[] {
  return compared.flatMap(({ facet, expected, verdicts }) =>
    Object.entries(verdicts).flatMap(([target, verdict]) =>
      verdict.kind === "different"
        ? [`${target}: ${facet} is ${JSON.stringify(verdict.observed)}, not ${JSON.stringify(expected)}`]
        : [],
    ),
  )
}

/** The table as Markdown: a row for each facet, a column for each target, and the limits with their sources below. */
export function renderParity(compared: readonly ComparedFacet[], pending: Readonly<Record<string, string>>): string {
  const targets = Object.keys(compared[0]?.verdicts ?? {})
  const notes: string[] = []
  const cell = (target: string, verdict: Verdict | undefined): string => {
    if (verdict === undefined || verdict.kind === "different") return "**different**"
    if (verdict.kind === "equal") return "equal"
    const { facet, difference, source } = verdict.limit
    const note = `${target}, ${facet}: ${difference} (${source})`
    if (!notes.includes(note)) notes.push(note)
    return `limited [${notes.indexOf(note) + 1}]`
  }
  const rows = compared.map(({ facet, verdicts }) =>
    [facet, ...targets.map((target) => cell(target, verdicts[target]))].join(" | "),
  )
  const waiting = Object.keys(pending).map((facet) => [facet, ...targets.map(() => "pending")].join(" | "))
  return [
    `| facet | ${targets.join(" | ")} |`,
    `| --- | ${targets.map(() => "---").join(" | ")} |`,
    ...[...rows, ...waiting].map((row) => `| ${row} |`),
    "",
    ...notes.map((note, index) => `${index + 1}. ${note}`),
    ...Object.entries(pending).map(([facet, why]) => `- pending, ${facet}: ${why}`),
    "",
  ].join("\n")
}
