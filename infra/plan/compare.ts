import { isDeepStrictEqual } from "node:util"
import type { Limit } from "../spec/target.ts"
import type { FacetName, Observation } from "./observation.ts"

/**
 * How one facet stands on one target: equal to what is expected, limited as the target says (with its sources), or
 * different from what it should be, which is a fault of the target. What no resource tells is not observed.
 */
export type Verdict = { readonly expected: unknown; readonly observed: unknown } & (
  | { readonly kind: "equal" }
  | { readonly kind: "limited"; readonly limits: readonly Limit[] }
  | { readonly kind: "different" }
)

export interface ComparedFacet {
  readonly facet: FacetName
  /** By the target's name. */
  readonly verdicts: Readonly<Record<string, Verdict>>
}

/** A target, and what its own stack asks for: stacks of different environments differ. */
export interface ObservedStack {
  readonly name: string
  readonly expected: Required<Observation>
  readonly observation: Observation
  readonly limits: readonly Limit[]
}

/** Every expected facet, with a verdict for each target in their order, each held to its own stack. */
export function compareStacks(targets: readonly ObservedStack[]): readonly ComparedFacet[] {
  const facets = Object.keys(facetWords) as FacetName[]
  return facets
    .filter((facet) => targets.some(({ expected }) => facet in expected))
    .map((facet) => ({
      facet,
      verdicts: Object.fromEntries(targets.map((target) => [target.name, judge(facet, target)])),
    }))
}

function judge(facet: FacetName, target: ObservedStack): Verdict {
  const [expected, observed] = [target.expected[facet], target.observation[facet]]
  if (isDeepStrictEqual(observed, expected)) return { kind: "equal", expected, observed }
  const limits = target.limits.filter((limit) => limit.facet === facetWords[facet])
  return limits.length === 0
    ? { kind: "different", expected, observed }
    : { kind: "limited", expected, observed, limits }
}

/** A target's limits speak of a facet in the words of the spec. */
/** What limits call each facet. */
export const facetWords: Readonly<Record<FacetName, Limit["facet"]>> = {
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
  concurrency: "concurrency",
  edge: "edge",
  database: "database",
  cache: "cache",
  secrets: "secrets",
  identity: "identity",
  network: "network",
  backups: "backups",
  logs: "observability",
  dashboards: "dashboards",
  alerts: "alerts",
}

/** The facets at fault: those that are different and that no limit explains. */
export function faults(compared: readonly ComparedFacet[]): readonly string[] {
  return compared.flatMap(({ facet, verdicts }) =>
    Object.entries(verdicts).flatMap(([target, { kind, expected, observed }]) =>
      kind === "different"
        ? [`${target}: ${facet} is ${JSON.stringify(observed)}, not ${JSON.stringify(expected)}`]
        : [],
    ),
  )
}

/** The table as Markdown: a row for each facet, a column for each target, and the limits with their sources below. */
export function renderParity(compared: readonly ComparedFacet[], pending: Readonly<Record<string, string>>): string {
  const targets = Object.keys(compared[0]?.verdicts ?? {})
  const notes: string[] = []
  const noteOf = (target: string, { facet, difference, source }: Limit): string => {
    const note = `${target}, ${facet}: ${difference} (${source})`
    if (!notes.includes(note)) notes.push(note)
    return `[${notes.indexOf(note) + 1}]`
  }
  const cell = (target: string, verdict: Verdict | undefined): string => {
    if (verdict === undefined || verdict.kind === "different") return "**different**"
    if (verdict.kind === "equal") return "equal"
    return ["limited", ...verdict.limits.map((limit) => noteOf(target, limit))].join(" ")
  }
  const rows = compared.map(({ facet, verdicts }) => [
    facet,
    ...targets.map((target) => cell(target, verdicts[target])),
  ])
  const waiting = Object.keys(pending).map((facet) => [facet, ...targets.map(() => "pending")])
  return [
    ...tableLines([["facet", ...targets], ...rows, ...waiting]),
    "",
    ...notes.map((note, index) => `${index + 1}. ${note}`),
    ...(Object.keys(pending).length === 0 ? [] : [""]),
    ...Object.entries(pending).map(([facet, why]) => `- pending, ${facet}: ${why}`),
    "",
  ].join("\n")
}

const tableLines = ([head = [], ...rows]: readonly (readonly string[])[]): readonly string[] =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`)
