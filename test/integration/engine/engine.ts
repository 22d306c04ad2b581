import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { type EngineEvent, LocalWorkspace, type ProjectSettings, Stack } from "@pulumi/pulumi/automation/index.js"
import { parse } from "yaml"
import { root } from "../../support/repository.ts"
import { type EchoProvider, serveEchoProvider } from "./echo-provider.ts"

/** Whether the real engine is on PATH. npm's package of that name is a wrapper that would have to download it. */
export const hasEngine = (process.env.PATH ?? "")
  .split(delimiter)
  .some((folder) => folder !== "" && !folder.includes("node_modules") && existsSync(join(folder, "pulumi")))

/** The config of a stack by full key; a value in `secret` is encrypted. */
export type StackConfig = Readonly<Record<string, string | { readonly secret: string }>>

/** What one update did: the names of the resources that each kind of step touched, such as create or update. */
export type Steps = Readonly<Record<string, readonly string[]>>

export interface Engine {
  /** The one that answers for a package: a cloud's account, as it were. */
  provider(name: string): EchoProvider
  configure(config: StackConfig): Promise<void>
  /** Rejects with what the engine printed where the update fails. */
  up(): Promise<Steps>
  /** With a facet of `mutations`, of the program whose spec is changed in it. */
  preview(facet?: string): Promise<Steps>
  destroy(): Promise<Steps>
  /** Takes the engine's protection off everything. */
  unprotect(): Promise<void>
  outputs(): Promise<Readonly<Record<string, unknown>>>
  close(): Promise<void>
}

/**
 * A stack of this repository's program under the real engine, through its own Automation API: the state lies in a
 * folder, and each package is answered by an echo provider. Close it, whatever happens.
 */
export async function startEngine(stackName: string, packages: readonly string[]): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), "atlas-engine-"))
  const properties = join(folder, "properties")
  const propertiesOf = (type: string) => {
    const file = join(properties, encodeURIComponent(type))
    return existsSync(file) ? readFileSync(file, "utf8").split("\n") : []
  }
  const providers = new Map<string, EchoProvider>()
  for (const name of packages) providers.set(name, await serveEchoProvider(propertiesOf))
  const settings: ProjectSettings = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8"))
  const workspace = await LocalWorkspace.create({
    workDir: folder,
    pulumiHome: join(folder, "home"),
    projectSettings: { ...settings, main: join(root, "test/integration/engine/program.ts") },
    envVars: {
      PATH: [join(root, "node_modules/.bin"), process.env.PATH ?? ""].join(delimiter),
      PULUMI_BACKEND_URL: `file://${folder}`,
      PULUMI_CONFIG_PASSPHRASE: "of a test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_DEBUG_PROVIDERS: [...providers].map(([name, { port }]) => `${name}:${port}`).join(","),
      ATLAS_TEST_PROPERTIES: properties,
    },
  })
  const stack = await Stack.create(stackName, workspace)
  const run = async (
    work: (options: { onEvent: (event: EngineEvent) => void; color: "never" }) => Promise<unknown>,
  ): Promise<Steps> => {
    const steps: Record<string, string[]> = {}
    await work({
      color: "never",
      onEvent: ({ resourcePreEvent }) => {
        if (resourcePreEvent === undefined) return
        const { op, urn } = resourcePreEvent.metadata
        steps[op] = [...(steps[op] ?? []), urn.slice(urn.lastIndexOf("::") + 2)]
      },
    })
    return steps
  }
  return {
    provider: (name) => providers.get(name) ?? fail(name),
    configure: async (config) => {
      const gone = Object.keys(await stack.getAllConfig()).filter((key) => !(key in config))
      if (gone.length > 0) await stack.removeAllConfig(gone)
      const values = Object.entries(config).map(([key, value]) => [
        key,
        typeof value === "string" ? { value } : { value: value.secret, secret: true },
      ])
      await stack.setAllConfig(Object.fromEntries(values))
    },
    up: () => run((options) => stack.up(options)),
    preview: async (facet) => {
      if (facet !== undefined) workspace.envVars.ATLAS_TEST_CHANGE = facet
      try {
        return await run((options) => stack.preview(options))
      } finally {
        delete workspace.envVars.ATLAS_TEST_CHANGE
      }
    },
    unprotect: async () => {
      const state = await stack.exportStack()
      const resources: readonly object[] = state.deployment.resources
      const open = resources.map((resource) => ({ ...resource, protect: false }))
      await stack.importStack({ ...state, deployment: { ...state.deployment, resources: open } })
    },
    destroy: () => run((options) => stack.destroy(options)),
    outputs: async () =>
      Object.fromEntries(Object.entries(await stack.outputs()).map(([key, { value }]) => [key, value])),
    close: async () => {
      for (const provider of providers.values()) await provider.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function fail(name: string): never {
  throw new Error(`No provider of ${name} was started`)
}
