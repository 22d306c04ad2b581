import assert from "node:assert/strict"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { targets } from "../../../infra/targets/index.ts"
import { subjects } from "../../integration/engine/subjects.ts"
import { root } from "../../support/repository.ts"

test("every target that the engine deploys is tried under the real one", () => {
  const others = Object.keys(targets).filter((name) => !["local", "compose"].includes(name))
  assert.deepEqual(Object.keys(subjects).sort(), others.sort())
  for (const name of others) assert.ok(existsSync(join(root, `test/integration/engine/${name}.test.ts`)), name)
})
