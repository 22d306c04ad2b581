import { readFileSync } from "node:fs"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { problems } from "../../app/contract/problems.ts"
import { code, withRows } from "./table.ts"

/**
 * A file under version control that the program makes from its sources: `atlas render` writes them all, and a test fails
 * when one is stale.
 */
export interface Generated {
  /** From the root of the repository. */
  readonly path: string
  /**
   * The whole file as it must be; undefined for one that must not be there. `now` is its text as it stands, for a page
   * of which only a table is made.
   */
  render(now: string): string | undefined | Promise<string | undefined>
}

const root = new URL("../../", import.meta.url)

/** The file's text; empty where it is not there yet. */
export function readGenerated(path: string): string {
  try {
    return readFileSync(new URL(path, root), "utf8")
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return ""
    throw error
  }
}

const table = (
  path: string,
  head: readonly string[],
  rows: () => Promise<readonly (readonly string[])[]>,
): Generated => ({ path, render: async (now) => withRows(now, head, await rows()) })

/** Where each target differs, in the words of its limits. */
async function targetPages(): Promise<readonly Generated[]> {
  const { targets } = await import("../targets/index.ts")
  return Object.entries(targets).map(([name, { load }]) =>
    table(`docs/targets/${name}.md`, ["facet", "difference", "because"], async () =>
      (await load()).limits.map(({ facet, difference, reason }) => [facet, difference, reason]),
    ),
  )
}

/** The dashboard, the rules and their page, of a production with a domain. */
async function observabilityFiles(): Promise<readonly Generated[]> {
  const [{ observabilityOf, renderDashboard, renderPage, renderRules }, { defaultSpec }] = await Promise.all([
    import("../observability/index.ts"),
    import("../spec/defaults.ts"),
  ])
  const base = defaultSpec("production")
  const spec = { ...base, edge: { ...base.edge, domain: "api.optimizer.example.com" } }
  const observability = observabilityOf(spec)
  return [
    { path: "infra/observability/rendered/dashboard.json", render: () => renderDashboard(observability.panels) },
    { path: "infra/observability/rendered/rules.yaml", render: () => renderRules(observability.alerts) },
    { path: "docs/observability.md", render: () => renderPage(observability, spec.alerts) },
  ]
}

/** The folder of one server, whose every file is made; one that is no longer made is removed. */
async function composeFolder(): Promise<readonly Generated[]> {
  const [{ committedStack, ofTheServer, readComposeFiles, renderedFolder }, { listUnder }] = await Promise.all([
    import("./compose-command.ts"),
    import("./folder.ts"),
  ])
  const files = await readComposeFiles(committedStack)
  const prefix = relative(fileURLToPath(root), renderedFolder)
  const old = listUnder(renderedFolder).filter((path) => !ofTheServer.includes(path))
  const paths = new Set([...Object.keys(files), ...old])
  return [...paths].map((path) => ({ path: join(prefix, path), render: () => files[path] }))
}

/** Every file that the program makes. */
export const generated = async (): Promise<readonly Generated[]> => [
  {
    path: "docs/parity.md",
    render: async () => (await (await import("./compare-command.ts")).readParity()).page,
  },
  table("docs/policies.md", ["id", "severity", "what", "source"], async () =>
    (await import("../policy/index.ts")).rules.map(({ id, severity, title, source }) => [
      code(id),
      severity,
      title,
      source,
    ]),
  ),
  table("docs/problems.md", ["code", "status", "title"], async () =>
    Object.entries(problems).map(([name, { status, title }]) => [code(name), String(status), title]),
  ),
  ...(await targetPages()),
  ...(await observabilityFiles()),
  ...(await composeFolder()),
  {
    path: "docs/scaler.svg",
    render: async () => (await import("../../test/support/scaler/write-plot.ts")).drawPlot(),
  },
]
