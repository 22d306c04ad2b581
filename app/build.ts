import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { build as bundle, type Metafile } from "esbuild"

const here = dirname(fileURLToPath(import.meta.url))
const require = createRequire(import.meta.url)

/** The folder that holds all that runs in the image. */
export const dist = join(here, "dist")

/** The entry point: `node atlas.js serve`, `gate` or `healthcheck`. */
export const entry = join(dist, "atlas.js")

/**
 * CommonJS packages inside an ES module bundle still call `require` and `__dirname`; esbuild leaves both to the runtime.
 */
const banner = [
  'import { createRequire as __createRequire } from "node:module"',
  'import { dirname as __dirnameOf } from "node:path"',
  'import { fileURLToPath as __pathOf } from "node:url"',
  "const require = __createRequire(import.meta.url)",
  "const __filename = __pathOf(import.meta.url)",
  "const __dirname = __dirnameOf(__filename)",
].join("\n")

/** Swagger UI for pages that bundle it themselves; ours does not load it. */
const unused = ["swagger-ui.js"]

/** The package that carries the API page's files. */
const swaggerUi = dirname(require.resolve("@fastify/swagger-ui"))

/**
 * Builds the bundle of the app into `dist`: the entry, the files that run on threads, the migrations and the API
 * page's files. The local target runs this very bundle, the image holds nothing else. The same source gives the same
 * bytes, and only files that differ are written: a process that runs from `dist` is not disturbed by a build beside it.
 * With `notices`, as for the image, the inventory of its packages and their licenses stand beside it.
 */
export async function build({ notices = false } = {}): Promise<{ entry: string }> {
  // Both solvers read their WebAssembly from beside themselves
  const glpk = join(dirname(require.resolve("glpk.js/node")), "glpk.wasm")
  const highs = require.resolve("highs/runtime")
  const { outputs, metafile } = await bundles()
  const files = new Map<string, Uint8Array>([
    ...outputs,
    ...(notices ? await noticesOf(metafile) : []),
    ["glpk.wasm", await readFile(glpk)],
    ["highs.wasm", await readFile(highs)],
    ...(await folder(join(here, "data", "migrations"), "migrations")),
    ...(await folder(join(swaggerUi, "static"), "static", unused)),
  ])
  for (const [path, content] of files) await writeIfChanged(join(dist, path), content)
  for (const path of await filesBelow(dist)) {
    if (!files.has(path)) await rm(join(dist, path))
  }
  return { entry }
}

/** Loaded only here: whoever runs the bundle builds it without. */
async function noticesOf(metafile: Metafile): Promise<[string, Uint8Array][]> {
  const notices = await import("./notices.ts")
  const packages = await notices.readPackages(metafile)
  packages.push(await notices.readSwaggerUi(swaggerUi))
  const app = await notices.readPackage(here)
  return [
    [notices.noticeFiles.inventory, Buffer.from(await notices.renderInventory(app, packages))],
    [notices.noticeFiles.licenses, Buffer.from(notices.renderLicenses(packages))],
  ]
}

async function bundles(): Promise<{ outputs: [string, Uint8Array][]; metafile: Metafile }> {
  const { outputFiles, metafile } = await bundle({
    entryPoints: {
      atlas: join(here, "main.ts"),
      "solver-thread": join(here, "results", "solver-thread.ts"),
      "fit-thread": join(here, "models", "fit", "fit-thread.ts"),
      // Piscina starts its threads with this file and looks for it beside itself.
      worker: join(dirname(require.resolve("piscina")), "worker.js"),
    },
    outdir: dist,
    write: false,
    bundle: true,
    // What is imported dynamically becomes a file of its own: the clouds' SDKs, which only the role scaler loads.
    splitting: true,
    platform: "node",
    target: "node24",
    format: "esm",
    banner: { js: banner },
    // Names stay for stack traces. By esbuild's keepNames they would be set anew at each making of a closure, a tenth of
    // a request's time.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "linked",
    logLevel: "warning",
    metafile: true,
    // Optional native parts that their packages do without: pg's driver and the thread priority of piscina.
    external: ["pg-native", "@napi-rs/nice"],
  })
  return { outputs: outputFiles.map(({ path, contents }) => [relative(dist, path), contents]), metafile }
}

async function folder(from: string, to: string, without: readonly string[] = []): Promise<[string, Uint8Array][]> {
  const paths = (await filesBelow(from)).filter((path) => !without.includes(path))
  return Promise.all(
    paths.map(async (path): Promise<[string, Uint8Array]> => [join(to, path), await readFile(join(from, path))]),
  )
}

async function filesBelow(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return entries.filter((file) => file.isFile()).map((file) => relative(root, join(file.parentPath, file.name)))
}

/** By renaming a finished file into place, so that nobody ever reads half of one. */
async function writeIfChanged(path: string, content: Uint8Array): Promise<void> {
  const present = await readFile(path).catch(() => undefined)
  if (present && Buffer.compare(present, content) === 0) return
  await mkdir(dirname(path), { recursive: true })
  const unfinished = `${path}.${process.pid}.tmp`
  await writeFile(unfinished, content)
  await rename(unfinished, path)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build({ notices: true })
