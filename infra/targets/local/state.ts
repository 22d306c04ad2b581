import { createHash, randomInt } from "node:crypto"
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { canPass, isRoot, type User, unprivilegedUser } from "./reach.ts"

/** The folder of the clone that this file is in. */
export const clone = fileURLToPath(new URL("../../../", import.meta.url)).replace(/\/$/, "")

/** Where this clone keeps its database, keys, logs and records. */
export interface StateFolder {
  readonly path: string
  readonly logs: string
  /** The user as whom Postgres runs; undefined for the user that this process has. */
  readonly postgresUser: User | undefined
  /** A folder of the state, closed to everyone but its owner; made when it is missing. */
  folder(name: string, owner?: User): string
  /** A random text of letters and digits, made at first use and kept. */
  secret(name: string, length: number): string
  /** Writes a file that only its owner can read, whole or not at all, and answers with its path. */
  writePrivate(name: string, text: string, owner?: User): string
}

/**
 * Opens the state folder: ATLAS_STATE where it is set, else `.atlas` in the clone. Where that cannot be (it is another
 * user's, or root's Postgres, which must run as somebody else, cannot pass the folders above it), the state goes to
 * /var/tmp, which outlives a restart of the machine.
 */
export function openState(environment: NodeJS.ProcessEnv = process.env): StateFolder {
  const user = isRoot() ? unprivilegedUser() : undefined
  const path = environment.ATLAS_STATE ? resolve(environment.ATLAS_STATE) : defaultPath(user)
  makeOwn(path, user)
  const folder = (name: string, owner?: User) => {
    const made = join(path, name)
    mkdirSync(made, { recursive: true, mode: 0o700 })
    if (owner !== undefined) chownSync(made, owner.uid, owner.gid)
    return made
  }
  const writePrivate = (name: string, text: string, owner?: User) => {
    const file = join(path, name)
    const draft = `${file}.new`
    writeFileSync(draft, text, { mode: 0o600 })
    if (owner !== undefined) chownSync(draft, owner.uid, owner.gid)
    renameSync(draft, file)
    return file
  }
  const secret = (name: string, length: number) => {
    const file = join(folder("secrets"), name)
    if (!existsSync(file)) writePrivate(join("secrets", name), `${randomText(length)}\n`)
    return readFileSync(file, "utf8").trim()
  }
  return { path, logs: folder("logs"), postgresUser: user, folder, secret, writePrivate }
}

function defaultPath(postgresUser: User | undefined): string {
  const inClone = join(clone, ".atlas")
  const usable = isOwnOrCanBe(inClone) && (postgresUser === undefined || canPass(clone, postgresUser))
  return usable ? inClone : farPath(clone, process.getuid?.() ?? 0)
}

/** The folder of a clone's state outside the clone: one for each clone and user. */
export function farPath(clonePath: string, uid: number): string {
  const hash = createHash("sha256").update(`${uid}:${clonePath}`).digest("hex").slice(0, 12)
  return `/var/tmp/atlas-${hash}`
}

function isOwnOrCanBe(path: string): boolean {
  if (existsSync(path)) return lstatSync(path).uid === process.getuid?.()
  try {
    accessSync(dirname(path), constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** Makes the folder, and refuses one that somebody else could have laid there in wait. */
function makeOwn(path: string, postgresUser: User | undefined): void {
  if (!existsSync(path)) mkdirSync(path, { recursive: true, mode: 0o700 })
  const stat = lstatSync(path)
  if (!stat.isDirectory() || stat.uid !== process.getuid?.()) {
    throw new Error(
      `The state folder ${path} is not a folder of yours (its owner is user ${stat.uid}). ` +
        "Remove it, or set ATLAS_STATE to a folder of your own",
    )
  }
  if (postgresUser === undefined) return
  // Postgres' user must pass it; what is in it stays closed.
  chmodSync(path, 0o711)
  if (!canPass(path, postgresUser)) {
    throw new Error(
      `The state folder ${path} cannot be reached by user ${postgresUser.uid}, as whom Postgres must run because you ` +
        "are root. Set ATLAS_STATE to a folder that others may pass, such as one in /var/tmp",
    )
  }
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/** Letters and digits only: such a text needs no escaping in a URL, an SQL literal or a config file. */
const randomText = (length: number): string =>
  Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join("")
