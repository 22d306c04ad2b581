import { gatewayImage } from "../../gateway/container.ts"
import { grafanaImage, prometheusImage } from "../../observability/index.ts"

/** An image, and the variable that puts another in its place, such as one of a registry of your own. */
export interface ImageChoice {
  readonly variable: string
  readonly reference: string
}

/** Images by whole version, each the newest of its line whose recipe could be read. The app's own comes from the config. */
export const images = {
  /** Of its stable line, on Debian: that one brings the `openssl` command, by which the service `init` makes keys. */
  nginx: { variable: "NGINX_IMAGE", reference: "nginx:1.30.4" },
  kong: { variable: "KONG_IMAGE", reference: gatewayImage },
  redis: { variable: "REDIS_IMAGE", reference: "redis:8.6.6" },
  prometheus: { variable: "PROMETHEUS_IMAGE", reference: prometheusImage },
  grafana: { variable: "GRAFANA_IMAGE", reference: grafanaImage },
} as const satisfies Record<string, ImageChoice>

export const appImage = (reference: string): ImageChoice => ({ variable: "ATLAS_IMAGE", reference })

/** The newest patch of each major version. */
const postgresImages: Readonly<Record<number, ImageChoice>> = {
  17: { variable: "POSTGRES_IMAGE", reference: "postgres:17.11" },
}

/** Throws an error for a version of which no image is known. */
export function postgresImage(version: number): ImageChoice {
  const image = postgresImages[version]
  if (image === undefined) {
    const known = Object.keys(postgresImages).join(", ")
    throw new Error(`PostgreSQL ${version} has no image here; there is one of ${known}: add it to images.ts`)
  }
  return image
}
