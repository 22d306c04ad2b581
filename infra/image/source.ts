import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { join, relative } from "node:path"

/** What an image is built from. */
export interface Source {
  readonly version: string
  /** The commit of the clone, and when it was made; a clock would make another image of the same source. */
  readonly revision: string
  readonly created: string
  /** Hash of all files that go into the image. */
  readonly contents: string
  /** Paths from where the program runs, so that they are the same on every machine. */
  readonly folder: string
  readonly dockerfile: string
}

const clone = join(import.meta.dirname, "../..")

/** What app/Dockerfile copies. */
const copied = ["package.json", "package-lock.json", ".npmrc", "app"]
/** What .dockerignore keeps out of it. */
const ignored = new Set(["node_modules", "dist"])

export function readSource(): Source {
  const manifest: { version: string } = JSON.parse(readFileSync(join(clone, "package.json"), "utf8"))
  const [revision = "unknown", created = "unknown"] = readCommit()
  return {
    version: manifest.version,
    revision,
    created,
    contents: readContents(),
    folder: relative(process.cwd(), clone) || ".",
    dockerfile: relative(process.cwd(), join(clone, "app/Dockerfile")),
  }
}

/** Nothing for a copy of the sources that is no clone. */
function readCommit(): string[] {
  try {
    const args = ["log", "-1", "--format=%H%n%cI"]
    const printed = execFileSync("git", args, { cwd: clone, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
    return printed.trim().split("\n")
  } catch {
    return []
  }
}

function readContents(): string {
  const hash = createHash("sha256")
  for (const path of copied.flatMap(filesUnder)) hash.update(`${path}\0`).update(readFileSync(join(clone, path)))
  return hash.digest("hex")
}

function filesUnder(path: string): string[] {
  if (!path.startsWith("app")) return [path]
  return readdirSync(join(clone, path), { withFileTypes: true })
    .filter(({ name }) => !ignored.has(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? filesUnder(`${path}/${entry.name}`) : [`${path}/${entry.name}`]))
}

/** The build's arguments, by the names that app/Dockerfile gives them. */
export const buildArgsOf = ({ version, revision, created }: Source) => ({
  VERSION: version,
  REVISION: revision,
  BUILD_DATE: created,
})

/** The registry lets no tag be pushed twice, so every image has its own: the version, and a hash of all that makes it. */
export function imageTag({ version, revision, created, contents }: Source): string {
  const hash = createHash("sha256").update([version, revision, created, contents].join("\n")).digest("hex")
  return `${version}-${hash.slice(0, 12)}`
}
