/** Stands in a plan for every secret, whole values and texts that hold one alike. */
export const secretMark = "[secret]"

/** One resource as the program registers it: components, providers and the stack itself too. */
export interface PlannedResource {
  readonly urn: string
  /** Pulumi's type token, such as "aws:rds/cluster:Cluster". */
  readonly type: string
  readonly name: string
  /** URN of the parent; undefined only for the stack. */
  readonly parent: string | undefined
  /**
   * Plain JSON. A secret is `secretMark`; what only another resource's creation can tell is a readable placeholder, such
   * as "${database.endpoint}". A property that was not given is absent: no value is ever undefined.
   */
  readonly inputs: Readonly<Record<string, unknown>>
  /** URNs of what must stand before it, in the order of the plan. */
  readonly dependencies: readonly string[]
  /** URN of the provider that the program chose; undefined for the default one. */
  readonly provider: string | undefined
  /** Pulumi refuses to delete it. */
  readonly protect: boolean
}

export interface Plan {
  readonly stack: string
  /** The value of `atlas:cloud`. */
  readonly target: string
  /** In the order of registration: what a resource depends on stands before it. */
  readonly resources: readonly PlannedResource[]
  /** What the program answers with; secrets and placeholders as in inputs. */
  readonly outputs: Readonly<Record<string, unknown>>
}

/** What cannot be planned, each problem a sentence. */
export class PlanError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[], cause?: unknown) {
    const [first = "", ...others] = problems
    super(
      others.length === 0
        ? first
        : `The plan has ${problems.length} problems:\n${problems.map((problem) => `  ${problem}`).join("\n")}`,
      cause === undefined ? undefined : { cause },
    )
    this.problems = problems
  }
}
