import type { Created } from "./engine.ts"
import type { RunRecords } from "./records.ts"
import type { Inputs, LocalType, Outputs } from "./resources.ts"
import type { StateFolder } from "./state.ts"

/** What every part of the provider may use. */
export interface Context {
  readonly state: StateFolder
  readonly records: RunRecords
  /** Ends creations that are under way. */
  readonly signal: AbortSignal
  /** Cuts the grace of what is being stopped. */
  readonly hurry: AbortSignal
  /** Tells the reader what happens to a resource while the stack stands. */
  readonly say: (name: string, text: string) => void
}

/** Creates one type. What it had started when it throws, it has stopped again. */
export type Create<Type extends LocalType> = (
  name: string,
  inputs: Inputs<Type>,
  context: Context,
) => Promise<Created & { readonly outputs: Outputs<Type> }>
