import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { expectedObservation } from "../../../infra/plan/expectation.ts"
import { observeCompose } from "../../../infra/plan/observers/compose.ts"
import type { PlannedResource } from "../../../infra/plan/resource.ts"
import { compose } from "../../../infra/targets/compose/index.ts"
import { oneServer } from "../../support/infra/one-server.ts"
import { planOn, readFor, refusalsOf } from "../../support/infra/planned.ts"

const { spec } = await readFor(compose, oneServer, "allowed")
const { resources } = await planOn(compose, oneServer)

/** The resources with members of these names changed, at any depth. */
const changed = (change: (name: string, value: unknown) => unknown): readonly PlannedResource[] =>
  JSON.parse(JSON.stringify(resources, change))
/** As they are once somebody asks for the profile. */
const withProfile = () => changed((name, value) => (name === "profiles" ? undefined : value))

describe("a release on one server", () => {
  const awayWith = (change: (text: string) => string) =>
    observeCompose(
      resources.map((one) =>
        one.name === "release.sh" ? { ...one, inputs: { ...one.inputs, text: change(String(one.inputs.text)) } } : one,
      ),
    ).rollout?.unavailable

  it("takes one replica away at a time, by the script that waits for each", () => {
    assert.equal(spec.workloads.api.replicas.min, 2)
    assert.equal(
      awayWith((text) => text),
      1,
    )
    const others = {
      "both in one step": (text: string) => text.replace("gateway-1\nreplace ", "gateway-1 "),
      "not waited for": (text: string) => text.replace(" --wait ", " "),
      "one left to the last step": (text: string) => text.replace("replace api-2 gateway-2", ""),
      "no script": () => "",
    }
    for (const [what, change] of Object.entries(others)) assert.equal(awayWith(change), 2, what)
  })
})

describe("what one server shows and tells of itself", () => {
  it("is the one description, once the profile runs", () => {
    const { dashboards, alerts } = expectedObservation(spec)
    assert.ok(Object.keys(dashboards.panels).length > 5 && Object.keys(alerts.rules).length > 5)
    const observed = observeCompose(withProfile())
    assert.deepEqual({ dashboards: observed.dashboards, alerts: observed.alerts }, { dashboards, alerts })
  })

  it("is neither shown nor judged without the profile", () => {
    const { dashboards, alerts } = observeCompose(resources)
    assert.deepEqual([dashboards?.shown, alerts], [false, undefined])
  })

  it("is not there where no service reads its file, nor as it should be where the file says something else", () => {
    const unread = changed((name, value) => (name === "profiles" || name === "volumes" ? undefined : value))
    assert.deepEqual([observeCompose(unread).dashboards?.shown, observeCompose(unread).alerts], [false, undefined])
    const edited = withProfile().map((one) =>
      one.name === "monitoring/rules.yaml" ? { ...one, inputs: { ...one.inputs, text: "groups: []" } } : one,
    )
    assert.deepEqual(observeCompose(edited).alerts?.rules, {})
  })

  it("reaches nobody by mail, so that an address is refused", async () => {
    const refused = await refusalsOf(compose, { ...oneServer, "atlas:alertEmail": "oncall@atlas-test.dev" })
    assert.deepEqual(
      refused.map(({ key, value }) => [key, value]),
      [["atlas:alertEmail", "oncall@atlas-test.dev"]],
    )
    assert.deepEqual(await refusalsOf(compose, oneServer), [])
  })

  it("has the certificate's end, which a worker reads from nginx by the stack's own domain", () => {
    const nginx = resources.find(({ name }) => name === "nginx")
    assert.deepEqual(JSON.parse(JSON.stringify(nginx?.inputs.definition)).networks.workers, {
      aliases: ["optimizer.atlas-test.dev"],
    })
  })
})
