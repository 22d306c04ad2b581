import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import swagger from "@fastify/swagger"
import swaggerUi from "@fastify/swagger-ui"
import type { FastifyInstance } from "fastify"
import fp from "fastify-plugin"
import { headers } from "../../contract/headers.ts"
import { problems } from "../../contract/problems.ts"
import { routes } from "../../contract/routes.ts"
import { idempotencyLimits } from "../../data/idempotency.ts"
import type { Settings } from "../settings.ts"

const { keptHours, silentSeconds } = idempotencyLimits

/** A header that the hook of a plugin reads, so that no route's own schema has it. */
const idempotencyKey = {
  in: "header",
  name: headers.idempotencyKey,
  required: false,
  schema: { type: "string", minLength: 1, maxLength: 255, pattern: "^[!-~]+$" },
  description:
    `Makes the request safe to send again: sent again with the same key it gets the first one's answer, for ${keptHours} hours. ` +
    `While the first is still carried out the answer is ${problems["idempotency-in-progress"].status}, idempotency-in-progress: ` +
    `ask again after Retry-After. When the process that carried it out has died, that goes on for at most ${silentSeconds} ` +
    "seconds; the next one is then carried out. An answer of 5xx is not kept. Another request with the same key is " +
    `refused with ${problems["idempotency-mismatch"].status}, idempotency-mismatch.`,
} as const

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
    transformObject(document) {
      if (!("openapiObject" in document)) return document.swaggerObject
      const { openapiObject } = document
      for (const item of Object.values(openapiObject.paths ?? {}))
        if (item?.post) item.post.parameters = [...(item.post.parameters ?? []), idempotencyKey]
      return openapiObject
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
