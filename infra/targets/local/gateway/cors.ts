import type { IncomingHttpHeaders } from "node:http"
import type { PluginConfig } from "../../../gateway/schema.ts"
import type { OwnAnswer } from "./answers.ts"

type Settings = PluginConfig<"cors">

/** What a browser asks before it sends a request that a page made: Kong answers it before it looks for a key. */
export function isPreflight(method: string, headers: IncomingHttpHeaders): boolean {
  return method === "OPTIONS" && headers.origin !== undefined && "access-control-request-method" in headers
}

export function preflightAnswer(settings: Settings, origin: string | undefined): OwnAnswer {
  return {
    status: 200,
    headers: {
      ...originHeaders(settings, origin),
      Vary: "Origin",
      "Access-Control-Allow-Headers": settings.headers.join(","),
      "Access-Control-Allow-Methods": settings.methods.join(","),
      "Access-Control-Max-Age": String(settings.max_age),
    },
  }
}

/** On every answer but a preflight's; `Vary: Origin` is added to what the answer already varies by. */
export function answerHeaders(settings: Settings, origin: string | undefined): Record<string, string> {
  const exposed = settings.exposed_headers
  return {
    ...originHeaders(settings, origin),
    ...(exposed.length > 0 ? { "Access-Control-Expose-Headers": exposed.join(",") } : {}),
  }
}

function originHeaders(settings: Settings, origin: string | undefined): Record<string, string> {
  const allowed = allowedOrigin(settings.origins, origin)
  return {
    ...(allowed === undefined ? {} : { "Access-Control-Allow-Origin": allowed }),
    ...(settings.credentials ? { "Access-Control-Allow-Credentials": "true" } : {}),
  }
}

/**
 * One allowed origin is named to everybody: a browser then refuses the answer to a foreign page. Of several the one that
 * asks is named, or none (configure_origin in kong/plugins/cors/handler.lua at 3.9.3).
 */
function allowedOrigin(origins: readonly string[], origin: string | undefined): string | undefined {
  if (origins.length === 1) return origins[0]
  const asking = origin !== undefined && URL.canParse(origin) ? new URL(origin).origin : undefined
  return origins.map((allowed) => new URL(allowed).origin).find((allowed) => allowed === asking)
}
