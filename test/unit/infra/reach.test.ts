import assert from "node:assert/strict"
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { canPass, canRun, unprivilegedUser } from "../../../infra/targets/local/reach.ts"
import { farPath, openState } from "../../../infra/targets/local/state.ts"

const folder = mkdtempSync(join(tmpdir(), "atlas-reach-"))
after(() => rmSync(folder, { recursive: true, force: true }))

const nobody = { uid: 65_534, gid: 65_534 }
const self = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }

test("a user passes a folder only when every folder above lets it through", () => {
  const inner = join(folder, "closed", "open")
  mkdirSync(inner, { recursive: true })
  chmodSync(folder, 0o711)
  chmodSync(inner, 0o755)
  chmodSync(join(folder, "closed"), 0o700)
  assert.equal(canPass(inner, nobody), false)
  assert.equal(canPass(inner, self), true)
  chmodSync(join(folder, "closed"), 0o711)
  assert.equal(canPass(inner, nobody), true)
})

test("a file runs for a user that may read and run it", () => {
  chmodSync(folder, 0o711)
  const file = join(folder, "program")
  writeFileSync(file, "")
  chmodSync(file, 0o711)
  assert.equal(canRun(file, nobody), false)
  chmodSync(file, 0o755)
  assert.equal(canRun(file, nobody), true)
})

test("root's Postgres runs as postgres, else as nobody, and as no user that has root's number", () => {
  const nobodyLine = "nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin"
  const postgresLine = "postgres:x:101:104::/var/lib/postgresql:/bin/bash"
  assert.deepEqual(unprivilegedUser(`${nobodyLine}\n${postgresLine}\n`), { uid: 101, gid: 104 })
  assert.deepEqual(unprivilegedUser(`root:x:0:0\n${nobodyLine}\n`), { uid: 65_534, gid: 65_533 })
  assert.throws(
    () => unprivilegedUser("root:x:0:0\npostgres:x:0:0\n"),
    /neither a user "postgres" nor "nobody"; add one/,
  )
})

test("a secret is made once, is long enough, and only its owner can read it", () => {
  const state = openState({ ATLAS_STATE: join(folder, "state") })
  const first = state.secret("web-app-key", 40)
  assert.match(first, /^[A-Za-z0-9]{40}$/)
  assert.equal(openState({ ATLAS_STATE: join(folder, "state") }).secret("web-app-key", 40), first)
  assert.notEqual(state.secret("mobile-app-key", 40), first)
  assert.equal(statSync(join(state.path, "secrets", "web-app-key")).mode & 0o777, 0o600)
  assert.equal(statSync(join(state.path, "secrets")).mode & 0o777, 0o700)
})

test("a state folder that is no folder of one's own is refused", () => {
  const file = join(folder, "file")
  writeFileSync(file, "")
  assert.throws(() => openState({ ATLAS_STATE: file }), /^Error: The state folder .*file is not a folder of yours/)
})

test("each clone and each user has its own far state", () => {
  assert.match(farPath("/srv/a", 0), /^\/var\/tmp\/atlas-[0-9a-f]{12}$/)
  assert.equal(new Set([farPath("/srv/a", 0), farPath("/srv/b", 0), farPath("/srv/a", 1000)]).size, 3)
})
