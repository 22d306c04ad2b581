import assert from "node:assert/strict"
import { test } from "node:test"
import * as pulumi from "@pulumi/pulumi"
import { compose } from "../../../infra/targets/compose/index.ts"
import { oneServer } from "../../support/infra/one-server.ts"
import { planOn, readFor } from "../../support/infra/planned.ts"

test("an engine is refused with what to do instead, before anything is registered; a plan is not", async () => {
  const { resources } = await planOn(compose, oneServer, "single-server")
  assert.ok(resources.length > 20)

  const { spec, values, names } = await readFor(compose, oneServer, "allowed", "single-server")
  const context = { spec, values, names, secret: () => undefined }
  // Nobody is asked there: that an engine is named is all that the target looks at.
  pulumi.runtime.resetOptions("atlas", "single-server", -1, "127.0.0.1:1", "127.0.0.1:1", false, "")
  assert.ok(pulumi.runtime.getEngine())
  const parent = new pulumi.ComponentResource("atlas:index:Test", "test", {}, {}, false)
  assert.throws(() => compose.parts(context, parent), {
    name: "Error",
    message:
      'The target "compose" is run by Docker Compose and has no plugin of the engine: run "npm run atlas -- compose ' +
      'single-server", then "sh release.sh" where its files are',
  })
})
