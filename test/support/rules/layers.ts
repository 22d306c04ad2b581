import { isBuiltin } from "node:module"
import { posix } from "node:path"
import type { Import, Source } from "../repository.ts"
import { at, packageOf } from "./text.ts"

/** One floor of the tree: the files under `path`, and what they may import besides each other. */
interface Layer {
  /** A folder, ending in a slash, or one file. */
  readonly path: string
  /** Paths of the layers, or parts of them, that it may import. */
  readonly from: readonly string[]
  /** npm packages; without this any, as package.json allows. */
  readonly packages?: readonly string[]
  /** npm packages of which only types may be imported. */
  readonly types?: readonly string[]
  /** Pure layers do without node's own modules too: no files, no network, no clock. */
  readonly pure?: true
}

const contract = "app/contract/"
const leaves = [
  contract,
  "app/once.ts",
  "app/problem.ts",
  "app/validation.ts",
  "app/threads.ts",
  "app/thread-priority.ts",
]
const rooms = ["app/data/", "app/models/", "app/results/", "app/jobs/", "app/scaler/"]
/** What the scaler decides by; the rest of its room asks clouds and keeps time. */
const decision = ["decide", "limit", "observation", "propose", "scaling"].map((name) => `app/scaler/${name}.ts`)
const language = [contract, "infra/spec/", "infra/gateway/"]
/** What several targets build on, beside the language. */
const shared = [
  "infra/container/",
  "infra/observability/",
  "infra/kubernetes/",
  "infra/image/",
  "infra/random-secret.ts",
]

/**
 * The tree as AGENTS.md draws it. A file belongs to the layer with the longest path that fits it; a file that fits none
 * breaks the rule, so that a new folder has to be given its place here.
 */
const layers: readonly Layer[] = [
  { path: contract, from: [], packages: ["typebox"], pure: true },
  { path: "app/problem.ts", from: [contract], packages: [], pure: true },
  { path: "app/threads.ts", from: [contract, "app/problem.ts"], packages: ["piscina"] },
  { path: "app/thread-priority.ts", from: [], packages: [] },
  { path: "app/once.ts", from: [], packages: [], pure: true },
  { path: "app/validation.ts", from: [contract, "app/once.ts"], packages: ["typebox"], pure: true },
  { path: "app/optimizer/", from: [contract, "app/once.ts"], packages: ["typebox", "glpk.js", "highs"], pure: true },
  ...rooms.map((path) => ({ path, from: [...leaves, "app/optimizer/", ...rooms] })),
  ...decision.map((path) => ({ path, from: [...leaves, ...decision], packages: [], pure: true as const })),
  { path: "app/server/", from: [...leaves, "app/optimizer/", ...rooms] },
  { path: "app/main.ts", from: [...leaves, ...rooms, "app/server/"] },
  { path: "app/build.ts", from: ["app/notices.ts"] },
  { path: "app/notices.ts", from: [] },
  { path: "infra/spec/", from: [contract], packages: ["typebox"], types: ["@pulumi/pulumi"], pure: true },
  {
    path: "infra/observability/",
    from: [contract, "infra/spec/", "infra/gateway/metrics.ts"],
    packages: ["yaml"],
    pure: true,
  },
  { path: "infra/gateway/", from: [contract, "infra/spec/"], packages: ["typebox", "yaml"], pure: true },
  // The registry is the one file that knows every target.
  { path: "infra/targets/index.ts", from: ["infra/spec/", "infra/targets/"] },
  // The local target runs the bundle that goes into the image, so it calls the one function that builds it.
  { path: "infra/targets/local/", from: [...language, "app/build.ts"] },
  // The workload layer is neither a target nor the language: targets on Kubernetes build on it.
  { path: "infra/container/", from: language },
  { path: "infra/kubernetes/", from: [...language, "infra/container/", "infra/observability/"] },
  { path: "infra/image/", from: [contract, "infra/spec/"] },
  { path: "infra/random-secret.ts", from: [] },
  { path: "infra/plan/", from: [...language, "infra/config.ts", "infra/observability/"] },
  // An observer reads resources back; what it is compared with must not reach it.
  {
    path: "infra/plan/observers/",
    from: ["infra/plan/observation.ts", "infra/plan/resource.ts"],
    packages: ["yaml"],
    pure: true,
  },
  { path: "infra/policy/", from: [...language, "infra/plan/resource.ts"] },
  { path: "infra/config.ts", from: [contract, "infra/spec/"] },
  { path: "infra/kept-cloud.ts", from: [contract, "infra/config.ts"] },
  { path: "infra/stack.ts", from: language },
  {
    path: "infra/index.ts",
    from: [...language, "infra/config.ts", "infra/kept-cloud.ts", "infra/stack.ts", "infra/targets/index.ts"],
  },
  { path: "infra/main.js", from: ["infra/index.ts"] },
  { path: "infra/cli/", from: [contract, "infra/"] },
  // The picture of the scaler is a simulation, which only checks need.
  { path: "infra/cli/generated.ts", from: [contract, "infra/", "test/support/scaler/write-plot.ts"] },
  { path: "test/", from: [""] },
]

const fits = (path: string, of: string) => path === of || of === "" || (of.endsWith("/") && path.startsWith(of))

function layerOf(path: string): Layer | undefined {
  const listed = layers.filter((layer) => fits(path, layer.path)).sort((a, b) => b.path.length - a.path.length)[0]
  // Targets are all alike; only one that differs is listed.
  const target = /^infra\/targets\/[^/]+\//.exec(path)?.[0]
  return listed ?? (target === undefined ? undefined : { path: target, from: [...language, ...shared] })
}

/** The file that a relative import names; undefined for packages and node's modules. */
export function importedFile({ path, specifier }: Import): string | undefined {
  return specifier.startsWith(".") ? posix.join(posix.dirname(path), specifier) : undefined
}

/**
 * Imports that point the wrong way, or whose place is not known. `computed` lists the files that may import what only
 * the running program knows.
 */
export function layerViolations(sources: readonly Source[], computed: readonly string[] = []): string[] {
  return sources.flatMap((source) => {
    const layer = layerOf(source.path)
    if (layer === undefined) return [`${source.path}: no layer of test/support/rules/layers.ts has this file`]
    // What a test imports is its own affair.
    const hidden = layer.path === "test/" || computed.includes(source.path) ? [] : source.computedImports
    return [
      ...source.imports.flatMap((imported) => importViolation(layer, imported)),
      ...hidden.map((place) => `${at(place)}: imports what is only known at run time; rules cannot see that`),
    ]
  })
}

function importViolation(layer: Layer, imported: Import): string[] {
  const { specifier, typeOnly } = imported
  const no = (why: string) => [`${at(imported)}: ${layer.path} may not import ${specifier}${why}`]
  const file = importedFile(imported)
  if (file !== undefined) {
    return fits(file, layer.path) || layer.from.some((from) => fits(file, from)) ? [] : no("")
  }
  if (isBuiltin(specifier)) return layer.pure ? no(": it is pure") : []
  const name = packageOf(specifier)
  if (layer.packages === undefined || layer.packages.includes(name)) return []
  return typeOnly && layer.types?.includes(name) ? [] : no("")
}

/** Circles of imports, each told once, from its first file by name; imports of types count too. */
export function cycles(sources: readonly Source[]): string[] {
  const edges = new Map(
    sources.map(({ path, imports }) => [path, [...new Set(imports.flatMap((one) => importedFile(one) ?? []))]]),
  )
  const done = new Set<string>()
  const found = new Set<string>()
  const walk = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start >= 0) {
      const circle = trail.slice(start)
      const first = circle.indexOf([...circle].sort()[0] ?? path)
      found.add([...circle.slice(first), ...circle.slice(0, first), circle[first]].join(" -> "))
    }
    if (start >= 0 || done.has(path)) return
    for (const next of edges.get(path) ?? []) walk(next, [...trail, path])
    done.add(path)
  }
  for (const path of edges.keys()) walk(path, [])
  return [...found]
}
