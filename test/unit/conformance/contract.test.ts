import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { bursts } from "../../../app/contract/rates.ts"
import { liveness, readiness, service } from "../../../app/contract/service.ts"
import type { FacetName } from "../../../infra/plan/observation.ts"

/**
 * The contract with every fact changed, before anything that reads it is loaded: many a module reads it once. This file
 * has a process of its own, so that no other test sees it. Kept as they were are the paths of the routes.
 */
const changed = {
  user: { uid: 1001, gid: 1001 },
  port: 8001,
  liveness: { path: "/healthier", initialDelaySeconds: 31, periodSeconds: 32, timeoutSeconds: 6, failureThreshold: 4 },
  readiness: { path: "/readier", initialDelaySeconds: 11, periodSeconds: 12, timeoutSeconds: 7, failureThreshold: 5 },
  bodyLimitMebibytes: 11,
  requestTimeoutSeconds: 290,
  concurrency: 90,
  bursts: { api: { perSecond: 11, burst: 21 }, optimize: { perSecond: 2, burst: 6 } },
} as const
const { user, port, bodyLimitMebibytes, requestTimeoutSeconds, concurrency } = changed
Object.assign(service, { user, port, bodyLimitMebibytes, requestTimeoutSeconds, concurrency })
Object.assign(liveness, changed.liveness)
Object.assign(readiness, changed.readiness)
Object.assign(bursts, changed.bursts)

const { readParity } = await import("../../../infra/cli/compare-command.ts")
const { compared, stacks, faults } = await readParity()

/** What each facet must now say, in part. */
const expected: Readonly<Partial<Record<FacetName, unknown>>> = {
  user: { uid: user.uid },
  port: { api: port },
  liveness: changed.liveness,
  readiness: changed.readiness,
  body: bodyLimitMebibytes * 2 ** 20,
  timeout: requestTimeoutSeconds,
  gateway: { readTimeout: requestTimeoutSeconds, open: ["/", "/docs", changed.liveness.path, "/static"] },
  bursts: changed.bursts,
  concurrency,
}

describe("a fact of the contract that changes", () => {
  for (const target of Object.keys(stacks)) {
    it(`changes the resources of ${target}, or stands in its limits`, () => {
      for (const [facet, value] of Object.entries(expected)) {
        const verdict = compared.find((one) => one.facet === facet)?.verdicts[target]
        if (verdict?.kind === "limited") continue
        const observed: unknown = verdict?.observed
        if (typeof value === "object") assert.partialDeepStrictEqual(observed, value, facet)
        else assert.equal(observed, value, facet)
      }
    })
  }

  it("is followed by every facet", () => {
    assert.deepEqual(faults, [])
  })
})
