import { createHash } from "node:crypto"
import { copyFileSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { mkdtemp } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { entryPoint } from "../../../app/contract/roles.ts"
import { run, runSure } from "./client.ts"
import { isRoot, onPath } from "./daemon.ts"

/**
 * Base images from Debian's packages and npm's Node, for machines that reach no image registry. Made once a machine,
 * under a minute, and kept as tags of Docker's.
 */
export interface BaseImages {
  /** Debian with a shell, Node and npm, and this machine's npm registry and certificates: it builds, and never ships. */
  readonly build: string
  /** What a distroless Node holds: the C and C++ libraries, certificates, time zones and Node. No shell, no packages. */
  readonly runtime: string
}

const suite = "trixie"
const npmVersion = "11.21.2"
const nodePackage = join(import.meta.dirname, "../../../node_modules/node")
const repository = "atlas-test-base"
/** To be changed with what this file puts into the images. */
const recipe = 1

const [nodePath] = entryPoint

/** What Node's binary loads, by `ldd`, and the libraries by which glibc resolves names. */
const libraries = ["ld-linux*", "libc", "libm", "libdl", "libpthread", "libresolv", "libnss_dns", "libnss_files"]
  .concat("libgcc_s", "libstdc++", "libatomic")
  .map((name) => `usr/lib/*-linux-gnu/${name}.so*`)
const runtimePaths = [
  "bin",
  "lib",
  "lib*64",
  "sbin",
  "etc/passwd",
  "etc/group",
  "etc/nsswitch.conf",
  "etc/ssl/certs",
].concat("usr/lib*64", "usr/share/ca-certificates", "usr/share/zoneinfo", "tmp", nodePath.slice(1), ...libraries)

/** Why the base images can neither be found nor made here; undefined where they can. */
export async function missingBase(): Promise<string | undefined> {
  const { build, runtime } = await imageNames()
  if ((await exists(build)) && (await exists(runtime))) return undefined
  if (!onPath("debootstrap")) return "there is no base image, and debootstrap is not on PATH"
  if (!isRoot) return "there is no base image, and only root can make one"
  return undefined
}

/** The base images of this machine; makes them where they are missing. Two that ask at once make them once. */
export async function baseImages(): Promise<BaseImages> {
  const images = await imageNames()
  const lock = join(tmpdir(), `${images.build.replace(":", "-")}.lock`)
  for (;;) {
    if ((await exists(images.build)) && (await exists(images.runtime))) return images
    if (takeLock(lock)) break
    await delay(500)
  }
  try {
    await make(images)
  } finally {
    rmSync(lock, { force: true })
  }
  return images
}

async function imageNames(): Promise<BaseImages> {
  const { version }: { version: string } = JSON.parse(readFileSync(join(nodePackage, "package.json"), "utf8"))
  const made = [recipe, suite, version, npmVersion, await registry(), certificates() ?? ""]
  const key = createHash("sha256").update(made.join("\n")).digest("hex").slice(0, 12)
  return { build: `${repository}:build-${key}`, runtime: `${repository}:runtime-${key}` }
}

const exists = async (image: string) => (await run("docker", ["image", "inspect", image])).code === 0

const registry = () => runSure("npm", ["config", "get", "registry"])

/** Certificates that Node trusts on this machine beside its own, as a company's proxy needs. */
function certificates(): string | undefined {
  const path = process.env.NODE_EXTRA_CA_CERTS
  return path !== undefined && existsSync(path) ? readFileSync(path, "utf8") : undefined
}

/** A lock holds the number of the process that has it; one whose process has ended is taken away. */
function takeLock(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" })
    return true
  } catch {
    const owner = existsSync(lock) ? readFileSync(lock, "utf8") : ""
    if (owner !== "" && !existsSync(join("/proc", owner))) rmSync(lock, { force: true })
    return false
  }
}

async function make({ build, runtime }: BaseImages): Promise<void> {
  const tree = await mkdtemp(join(tmpdir(), "atlas-base-"))
  try {
    const packages = "ca-certificates,libstdc++6,libatomic1,tzdata"
    await runSure("debootstrap", ["--variant=minbase", `--include=${packages}`, suite, tree, ...(await mirror())], 300)
    copyFileSync(join(nodePackage, "bin/node"), join(tree, "usr/local/bin/node"))
    mkdirSync(join(tree, nodePath, ".."), { recursive: true })
    linkSync(join(tree, "usr/local/bin/node"), join(tree, nodePath))
    await runSure("npm", ["install", "--global", `--prefix=${join(tree, "usr/local")}`, `npm@${npmVersion}`], 120)
    const settings = [`NPM_CONFIG_REGISTRY=${await registry()}`]
    if (process.env.NODE_EXTRA_CA_CERTS !== undefined && certificates() !== undefined) {
      copyFileSync(process.env.NODE_EXTRA_CA_CERTS, join(tree, "usr/local/share/ca.pem"))
      settings.push("NODE_EXTRA_CA_CERTS=/usr/local/share/ca.pem")
    }
    await importTree(tree, "./usr ./bin ./lib* ./sbin ./etc ./var ./tmp ./root", build, settings)
    await importTree(tree, runtimePaths.join(" "), runtime, ["SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"])
  } finally {
    rmSync(tree, { recursive: true, force: true })
  }
}

/** `paths` may hold the shell's patterns, of which those that fit nothing are left out. */
async function importTree(tree: string, paths: string, image: string, variables: readonly string[]): Promise<void> {
  const changes = variables.flatMap((variable) => ["--change", `ENV ${variable}`])
  const script = `set -eo pipefail; shopt -s nullglob; cd "$1"; shift; tar --create ${paths} | docker import "$@"`
  await runSure("bash", ["-c", script, "bash", tree, ...changes, "-", image], 120)
}

/** The mirror from which apt installs here, for a machine that reaches no other; debootstrap's own where apt has none. */
async function mirror(): Promise<string[]> {
  const wanted = ["Created-By: Packages", "Origin: Debian", "Component: main"]
  const { code, stdout } = await run("apt-get", ["indextargets", "--format", "$(REPO_URI)", ...wanted])
  const [uri] = code === 0 ? stdout.split("\n").filter((line) => line !== "" && !line.includes("security")) : []
  return uri === undefined ? [] : [uri]
}
