import { service } from "../../../app/contract/service.ts"
import { type Deployment, type DeployOptions, deploy } from "./engine.ts"
import { localProvider } from "./provider.ts"
import { openRun } from "./records.ts"
import { openState } from "./state.ts"

export interface SessionOptions extends Omit<DeployOptions, "create" | "signal"> {
  /** Ends a deployment that is under way. */
  readonly signal: AbortSignal
  /** Cuts short the grace that each part is given when it is stopped. */
  readonly hurry: AbortSignal
  /** Tells the reader what happens to a part while the stack stands. */
  readonly say: (name: string, text: string) => void
}

export interface Session extends Deployment {
  /** The folder with a log for each part. */
  readonly logs: string
}

/**
 * Stands the program's stack up on this machine. An earlier `up` of this clone that was killed is cleaned up first; one
 * that runs is left alone, and AlreadyUpError thrown. When this fails, nothing is left running.
 */
export async function openSession({ signal, hurry, say, ...program }: SessionOptions): Promise<Session> {
  const state = openState()
  const run = await openRun(state.path, service.drainSeconds)
  try {
    if (run.recovered.length > 0) say("recovery", `stopped what a killed "up" had left: ${run.recovered.join(", ")}`)
    const create = localProvider({ state, records: run.records, signal, hurry, say })
    const deployment = await deploy({ ...program, create, signal })
    const remove = () => deployment.remove().finally(run.release)
    return { ...deployment, remove, logs: state.logs }
  } catch (error) {
    run.release()
    throw error
  }
}
