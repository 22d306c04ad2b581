import { after, before, describe } from "node:test"
import type { KongConfig } from "../../../infra/gateway/schema.ts"
import type { Deployed } from "./cases/asks.ts"
import { bodyCases } from "./cases/bodies.ts"
import { addressCases, failureCases } from "./cases/failures.ts"
import { limitCases, windowCases } from "./cases/limits.ts"
import { pageCases } from "./cases/pages.ts"
import { policyCases } from "./cases/policy.ts"
import { redisCases } from "./cases/redis.ts"
import { settingCases } from "./cases/settings.ts"
import { statusCases } from "./cases/status.ts"
import { configFor, type RunningGateway, type Subject, suiteSpec } from "./subject.ts"
import { startUpstream, type Upstream } from "./upstream.ts"

/** What every gateway of the platform must do: most of it in one setting, the rest in settings of its own. */
export function gatewaySuite(subject: Subject): void {
  describe(`the gateway's behaviour, by ${subject.name}`, () => {
    let upstream: Upstream
    before(async () => {
      upstream = await startUpstream(subject.upstreamPort)
    })
    after(() => upstream.stop())
    const here = () => ({ host: "127.0.0.1", port: upstream.port })

    /** Runs a gateway for as long as the work takes. */
    async function using(config: KongConfig, work: (gateway: RunningGateway) => Promise<void>): Promise<void> {
      const gateway = await subject.start(config)
      try {
        await work(gateway)
      } finally {
        await gateway.stop()
      }
    }

    describe("in the suite's own setting", () => {
      let gateway: RunningGateway
      before(async () => {
        gateway = await subject.start(configFor(here(), suiteSpec))
      })
      after(() => gateway.stop())
      const deployed = (): Deployed => ({ url: gateway.url, statusUrl: gateway.statusUrl, upstream })

      policyCases(deployed)
      pageCases(deployed)
      bodyCases(deployed)
      failureCases(deployed)
      statusCases(subject, deployed)
      // The last one, since it uses up what mobile-app may ask.
      limitCases(deployed)
    })

    describe("in other settings", () => {
      windowCases(subject, using, here)
      addressCases(subject, using)
      settingCases(subject, using, () => upstream)
      redisCases(subject, here)
    })
  })
}
