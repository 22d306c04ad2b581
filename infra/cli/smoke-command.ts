import { type ExitCode, exitCodes } from "./exit-codes.ts"
import { renderChecks } from "./render.ts"
import { smokeTest } from "./smoke.ts"

export interface SmokeOptions {
  readonly key: string | undefined
  readonly json: boolean
}

/** `atlas smoke URL`: prints each check and answers with the exit code. */
export async function smoke(url: string, { key, json }: SmokeOptions): Promise<ExitCode> {
  const checks = await smokeTest(url, key || undefined)
  const passed = checks.every((check) => check.passed)
  process.stdout.write(json ? `${JSON.stringify({ url, passed, checks }, undefined, 2)}\n` : renderChecks(checks))
  return passed ? exitCodes.ok.code : exitCodes.failed.code
}
