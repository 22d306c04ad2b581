import { execFile } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, unlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { parsePlan } from "./render/json.ts"
import { type Plan, PlanError } from "./resource.ts"

export interface AgainstOptions {
  /** The folder of the repository. */
  readonly repository: string
  /** Whatever git takes for a commit, such as origin/main. */
  readonly commit: string
  readonly stack: string
  /** Replaces the target of that commit's config too. */
  readonly cloud: string | undefined
  readonly signal?: AbortSignal
}

const run = promisify(execFile)
/** A plan of some hundred resources has a few MB. */
const maxBuffer = 256 * 2 ** 20

/** Where that commit has its own command, and what it is installed from. */
const files = {
  command: join("infra", "cli", "bin.js"),
  plan: join("infra", "cli", "plan-command.ts"),
  lock: "package-lock.json",
  modules: "node_modules",
} as const

/**
 * The plan of another commit, made by that commit's own code in a worktree, which is removed whatever happens. It is
 * installed only where its lock file differs from this one's. A commit without the stack has an empty plan.
 */
export async function planAt(options: AgainstOptions): Promise<Plan> {
  const { repository, commit, stack } = options
  const hash = await resolveCommit(repository, commit)
  const folder = mkdtempSync(join(tmpdir(), "atlas-plan-"))
  const tree = join(folder, "clone")
  try {
    await git(repository, ["worktree", "add", "--quiet", "--detach", tree, hash])
    if (!existsSync(join(tree, files.plan))) {
      throw new PlanError([`${commit} (${hash.slice(0, 12)}) has no plan command yet: compare with a later commit`])
    }
    if (!existsSync(join(tree, `Pulumi.${stack}.yaml`))) return { stack, target: "", resources: [], outputs: {} }
    await provideModules(repository, tree, options.signal)
    return await readPlan(tree, options)
  } finally {
    await removeTree(repository, tree)
    rmSync(folder, { recursive: true, force: true })
  }
}

async function resolveCommit(repository: string, commit: string): Promise<string> {
  try {
    return (
      await git(repository, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${commit}^{commit}`])
    ).trim()
  } catch (error) {
    throw new PlanError(
      [`"${commit}" is no commit of this repository: name a branch, tag or hash that is fetched`],
      error,
    )
  }
}

async function provideModules(repository: string, tree: string, signal: AbortSignal | undefined): Promise<void> {
  const [own, other] = [repository, tree].map((folder) => join(folder, files.lock))
  if (own === undefined || other === undefined) return
  if (existsSync(own) && existsSync(other) && !readFileSync(own).equals(readFileSync(other))) {
    await work("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], tree, signal)
  } else {
    // A junction needs no privilege on Windows.
    symlinkSync(join(repository, files.modules), join(tree, files.modules), "junction")
  }
}

async function readPlan(tree: string, { commit, stack, cloud, signal }: AgainstOptions): Promise<Plan> {
  const target = cloud === undefined ? [] : ["--cloud", cloud]
  const args = [join(tree, files.command), "plan", stack, ...target, "--format", "json"]
  try {
    return parsePlan(await work(process.execPath, args, tree, signal))
  } catch (error) {
    signal?.throwIfAborted()
    throw new PlanError([`${commit} cannot be planned: ${reasonOf(error)}`], error)
  }
}

async function work(file: string, args: readonly string[], cwd: string, signal?: AbortSignal): Promise<string> {
  const options = { cwd, maxBuffer, env: ownEnvironment(), ...(signal === undefined ? {} : { signal }) }
  return (await run(file, args, options)).stdout
}

const git = async (repository: string, args: readonly string[]): Promise<string> =>
  (await run("git", ["-C", repository, ...args], { env: ownEnvironment() })).stdout

/** Under a hook, git names its own repository by these; and coverage is of this tree alone. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const { GIT_DIR: _dir, GIT_WORK_TREE: _tree, GIT_INDEX_FILE: _index, NODE_V8_COVERAGE: _, ...rest } = process.env
  return rest
}

/** git would follow a junction, so it goes first. What git cannot remove, such as a half-made tree, is pruned. */
async function removeTree(repository: string, tree: string): Promise<void> {
  const modules = join(tree, files.modules)
  try {
    unlinkSync(modules)
  } catch {
    // It was installed, or never made.
  }
  await git(repository, ["worktree", "remove", "--force", tree]).catch(async () => {
    rmSync(tree, { recursive: true, force: true })
    await git(repository, ["worktree", "prune"])
  })
}

/** What the command said, rather than that it failed. */
function reasonOf(error: unknown): string {
  const said = error !== null && typeof error === "object" && "stderr" in error ? String(error.stderr).trim() : ""
  if (said !== "") return said
  return error instanceof Error ? error.message : String(error)
}
