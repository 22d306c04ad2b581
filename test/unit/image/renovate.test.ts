import assert from "node:assert/strict"
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { gatewayImage } from "../../../infra/gateway/container.ts"
import { images, postgresImage } from "../../../infra/targets/compose/images.ts"
import { collectorImage } from "../../../infra/targets/gcp/collector.ts"
import { root } from "../../support/repository.ts"

interface Manager {
  readonly managerFilePatterns: readonly string[]
  readonly matchStrings: readonly string[]
}

const { customManagers }: { customManagers: readonly Manager[] } = JSON.parse(
  readFileSync(join(root, "renovate.json"), "utf8"),
)

/** What Renovate finds in the program's files: an image and its version. */
function found({ managerFilePatterns, matchStrings }: Manager): string[] {
  const files = globSync("infra/**/*.ts", { cwd: root }).filter((file) =>
    managerFilePatterns.some((pattern) => new RegExp(pattern.slice(1, -1)).test(file)),
  )
  return files.flatMap((file) =>
    matchStrings.flatMap((pattern) =>
      [...readFileSync(join(root, file), "utf8").matchAll(new RegExp(pattern, "g"))].map(
        ({ groups = {} }) => `${groups.depName}:${groups.currentValue}`,
      ),
    ),
  )
}

test("Renovate finds every image that the program names, and nothing that is none", () => {
  const named = [...Object.values(images), postgresImage(17)].map(({ reference }) => reference)
  assert.deepEqual(
    [...new Set(customManagers.flatMap(found))].sort(),
    [...new Set([...named, gatewayImage, collectorImage])].sort(),
  )
})
