import assert from "node:assert/strict"
import { test } from "node:test"
import { committedStack, readComposeFiles } from "../../../infra/cli/compose-command.ts"
import { readme } from "../../../infra/targets/compose/readme.ts"
import { tableRows } from "../../support/rules/documents.ts"

const written = await readComposeFiles(committedStack)
const page = written["README.md"] ?? ""

test("the page on a server names each file that lies beside it", () => {
  const named = tableRows(page, ["file", "what it is"]).map(([name = ""]) => name.replaceAll("`", ""))
  const others = Object.keys(written).filter((path) => path !== "README.md")
  assert.deepEqual(
    others.filter((path) => !named.some((name) => path === name || (name.endsWith("/") && path.startsWith(name)))),
    [],
  )
  assert.deepEqual(
    named.filter((name) => !others.some((path) => path.startsWith(name))),
    [],
  )
  assert.throws(() => readme(["strange.txt"], undefined), /strange.txt has no purpose: say in readme.ts/)
})

test("its commands name services, and its certificate is for the stack's domain", () => {
  const services = [...page.matchAll(/docker compose (?:run --rm|exec) (\S+)/g)].map(([, name]) => name)
  assert.deepEqual([...new Set(services)].sort(), ["init", "nginx"])
  for (const name of services) assert.match(written["compose.yaml"] ?? "", new RegExp(`^  ${name}:$`, "m"))
  assert.match(page, /makes one for optimizer\.example\.com that nobody vouches for/)
  assert.match(readme([], undefined), /makes one for localhost/)
})
