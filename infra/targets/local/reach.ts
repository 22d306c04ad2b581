import { readFileSync, statSync } from "node:fs"
import { dirname, resolve } from "node:path"

/** A user by number, as spawn takes it. */
export interface User {
  readonly uid: number
  readonly gid: number
}

export const isRoot = (): boolean => process.getuid?.() === 0

/**
 * The user as whom root runs what refuses root: the system's own for Postgres, else nobody. Both are looked up, none is
 * made: setting up a stack must not change who exists on the machine.
 */
export function unprivilegedUser(passwd = readFileSync("/etc/passwd", "utf8")): User {
  for (const wanted of ["postgres", "_postgres", "nobody"]) {
    for (const line of passwd.split("\n")) {
      const [name, , uid, gid] = line.split(":")
      if (name === wanted && Number(uid) > 0) return { uid: Number(uid), gid: Number(gid) }
    }
  }
  throw new Error('Postgres cannot run as root, and /etc/passwd has neither a user "postgres" nor "nobody"; add one')
}

/**
 * Whether the user may pass the folder and all above it, by their modes. Root's own groups do not count: a process that
 * root starts as another user has none but that user's.
 */
export function canPass(path: string, user: User): boolean {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    if (!allows(folder, user, 1)) return false
    if (folder === dirname(folder)) return true
  }
}

/** Whether the user may read and run the file. */
export const canRun = (file: string, user: User): boolean => allows(file, user, 5) && canPass(dirname(file), user)

/** `bits` as in one digit of a mode: 4 to read, 1 to pass or run. */
function allows(path: string, user: User, bits: number): boolean {
  const { mode, uid, gid } = statSync(path)
  const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0
  return ((mode >> shift) & bits) === bits
}
