import assert from "node:assert/strict"
import type { TSchema } from "typebox"
import { once } from "../../app/once.ts"
import type { Server } from "../../app/server/server.ts"
import { checker } from "../../app/validation.ts"

type Check = ReturnType<typeof checker<TSchema>>

interface Operation {
  readonly responses: Readonly<Record<string, { content?: Record<string, { schema?: TSchema }> }>>
}

/**
 * Holds every JSON answer of a test to what the API's own description says of it: many are written without their schema,
 * or with a serializer that fills in what is missing. Throws AssertionError with the fields that do not fit.
 */
export function answerSchemas(server: Server): (method: string, url: string, status: number, body: unknown) => void {
  const described = once(() => {
    // Its own type allows references, which this document has none of
    const { paths = {} } = server.swagger() as unknown as { paths?: Record<string, Record<string, Operation>> }
    return Object.entries(paths).map(([path, operations]) => {
      const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}/?$`)
      return { path, pattern, operations }
    })
  })
  const checks = new Map<TSchema, Check>()
  return (method, url, status, body) => {
    const path = url.split("?")[0] ?? url
    // A literal path goes before one with parameters, as in the router
    const found = described()
      .filter(({ pattern }) => pattern.test(path))
      .sort((a, b) => a.path.split("{").length - b.path.split("{").length)[0]
    const schema =
      found?.operations[method.toLowerCase()]?.responses[String(status)]?.content?.["application/json"]?.schema
    if (schema === undefined) return
    const check = checks.get(schema) ?? checker(schema, "strict")
    checks.set(schema, check)
    const checked = check(body)
    assert.deepEqual(checked.ok ? [] : checked.errors, [], `${method} ${url} answered ${status}`)
  }
}
