import assert from "node:assert/strict"
import { randomUUID } from "node:crypto"
import { headers } from "../../../../app/contract/headers.ts"
import { routes } from "../../../../app/contract/routes.ts"
import { type Answer, ask, type Question } from "../ask.ts"
import { type RunningGateway, webKey } from "../subject.ts"
import type { Upstream } from "../upstream.ts"

/** A gateway that runs with the suite's configuration, and the app behind it. */
export interface Deployed extends Omit<RunningGateway, "stop"> {
  readonly upstream: Pick<Upstream, "seen" | "begun" | "away">
}

/** A path under /api that no other test asks for. */
export const fresh = () => `${routes.v1}/${randomUUID()}`

/** Asks with a key of web-app, or with the given one. */
export const withKey = (url: string, path: string, more: Partial<Question> = {}, key = webKey): Promise<Answer> =>
  ask(url, { path, ...more, headers: { [headers.apiKey]: key, ...more.headers } })

/** Kong's own words (kong/error_handlers.lua, kong/runloop/handler.lua and the plugins at 3.9.3), by what happened. */
export const words = {
  noRoute: [404, "no Route matched with those values"],
  noKey: [401, "No API key found in request"],
  wrongKey: [401, "Unauthorized"],
  twoKeys: [401, "Duplicate API key found"],
  tooLarge: [413, "Request size limit exceeded"],
  tooLargeToBegin: [417, "Request size limit exceeded"],
  tooMany: [429, "API rate limit exceeded"],
  unexpected: [500, "An unexpected error occurred"],
  failed: [502, "An invalid response was received from the upstream server"],
  unknown: [503, "name resolution failed"],
  slow: [504, "The upstream server is timing out"],
} as const satisfies Record<string, readonly [number, string]>

/** The answer is the gateway's own, not the app's. */
export function assertOwn(answer: Answer, [status, message]: readonly [number, string]): void {
  assert.equal(answer.status, status)
  assert.equal(answer.headers["content-type"], "application/json; charset=utf-8")
  const { message: said, request_id: id, ...more } = answer.json() as Record<string, unknown>
  assert.equal(said, message)
  assert.match(String(id), /^[0-9a-f]{32}$/)
  assert.deepEqual(more, {})
}

/** The headers that speak of limits. */
export const limitHeaders = (answer: Answer): string[] =>
  Object.keys(answer.headers).filter((name) => name.includes("ratelimit") || name === "retry-after")

/**
 * A window's limit is met within the window, unless the window ends meanwhile: then it is asked once more.
 */
export async function withinWindow(seconds: number, run: () => Promise<void>): Promise<void> {
  const window = () => Math.floor(Date.now() / (seconds * 1000))
  const began = window()
  try {
    await run()
  } catch (error) {
    if (window() === began) throw error
    await run()
  }
}
