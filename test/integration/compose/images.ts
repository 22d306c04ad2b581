import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { build as bundle } from "esbuild"
import { build, dist } from "../../../app/build.ts"
import { docker } from "../../support/docker/client.ts"
import type { Docker } from "../../support/docker/open.ts"

const folder = join(import.meta.dirname, "images")
const gateway = join(import.meta.dirname, "../../../infra/targets/local/gateway/main.ts")

/** Kept like the base images: making it takes half a minute, and nothing of the project is in it. */
const stores = "atlas-test-base:stores"

/** Images that stand in for the official ones, by the variable that compose.yaml reads. */
export async function buildImages(machine: Docker): Promise<Readonly<Record<string, string>>> {
  const context = mkdtempSync(join(tmpdir(), "atlas-compose-"))
  try {
    await build()
    cpSync(dist, join(context, "dist"), { recursive: true })
    mkdirSync(context, { recursive: true })
    for (const file of ["Dockerfile", "kong", "postgres-entrypoint"])
      copyFileSync(join(folder, file), join(context, file))
    await bundle({
      entryPoints: [gateway],
      bundle: true,
      platform: "node",
      format: "esm",
      outfile: join(context, "gateway.mjs"),
      logLevel: "warning",
      banner: { js: 'import { createRequire as __r } from "node:module"; const require = __r(import.meta.url);' },
    })
    const { build: base } = await machine.baseImages()
    const make = async (target: string, tag: string, labels: readonly string[]) => {
      const args = ["build", "--network=host", "--quiet", `--build-arg=BASE=${base}`, ...labels]
      await docker([...args, `--target=${target}`, `--tag=${tag}`, context], 300)
      return tag
    }
    const made = (target: string) => make(target, `${machine.prefix}:${target}`, [`--label=${machine.label}`])
    const common = await make("stores", stores, [])
    const [prometheus, postgres, kong, atlas] = await Promise.all([
      made("prometheus"),
      made("postgres"),
      made("kong"),
      made("atlas"),
    ])
    return {
      NGINX_IMAGE: common,
      PROMETHEUS_IMAGE: prometheus,
      REDIS_IMAGE: common,
      POSTGRES_IMAGE: postgres,
      KONG_IMAGE: kong,
      ATLAS_IMAGE: atlas,
    }
  } finally {
    rmSync(context, { recursive: true })
  }
}
