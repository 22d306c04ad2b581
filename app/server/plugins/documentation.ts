import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import swagger from "@fastify/swagger"
import swaggerUi from "@fastify/swagger-ui"
import type { FastifyInstance } from "fastify"
import fp from "fastify-plugin"
import { headers } from "../../contract/headers.ts"
import { routes } from "../../contract/routes.ts"
import type { Settings } from "../settings.ts"

/** The API as OpenAPI 3.1, made from the routes' own schemas, and a page that shows it. */
export const documentation = fp(async (server: FastifyInstance, { settings }: { settings: Settings }) => {
  await server.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Atlas",
        version: settings.VERSION,
        description: "Marketing-budget optimizer. Errors are RFC 9457 problem documents.",
      },
      components: {
        securitySchemes:
          settings.AUTH === "gateway"
            ? { key: { type: "apiKey", in: "header", name: headers.apiKey } }
            : { token: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
      },
      security: [{ [settings.AUTH === "gateway" ? "key" : "token"]: [] }],
    },
  })
  await server.register(swaggerUi, {
    routePrefix: routes.docs,
    staticCSP: true,
    logLevel: "warn",
    ...pageFiles(),
  })
})

/** In the bundle the page's files lie beside it; from source the package finds its own. */
function pageFiles(): { baseDir?: string } {
  const beside = fileURLToPath(new URL("./static", import.meta.url))
  return existsSync(`${beside}/swagger-ui.css`) ? { baseDir: beside } : {}
}
