import assert from "node:assert/strict"
import { test } from "node:test"
import * as pulumi from "@pulumi/pulumi"
import { assertCloudIsKept } from "../../../infra/kept-cloud.ts"

/** The engine's stash: its output is what it was first given, its input the latest. */
async function keptOn(first: string, now: string): Promise<readonly string[]> {
  const registered: string[] = []
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        registered.push(type)
        return { id: name, state: { ...inputs, output: first } }
      },
      call: () => ({}),
    },
    "atlas",
    "production",
    false,
  )
  await assertCloudIsKept(now)
  return registered
}

test("a stack that stays where it is goes on, and its cloud is the first thing that is kept", async () => {
  assert.deepEqual(await keptOn("aws", "aws"), ["pulumi:index:Stash"])
})

test("a stack that would move is refused, with what to do instead", async () => {
  await assert.rejects(keptOn("aws", "gcp"), {
    message: [
      "The config has 1 problem:",
      '  atlas:cloud: "gcp" cannot be used; allowed: aws, where this stack lives: on gcp everything of it on aws would be' +
        " deleted, its data too. Set it back: pulumi config set atlas:cloud aws. To move, make a stack beside it: pulumi" +
        " stack init production-gcp.",
    ].join("\n"),
  })
})
