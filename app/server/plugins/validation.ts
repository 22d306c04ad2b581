import type { FastifyInstance, FastifySchema } from "fastify"
import fp from "fastify-plugin"
import type { TSchema } from "typebox"
import type { ProblemCode } from "../../contract/problems.ts"
import { ProblemError } from "../../problem.ts"
import { checker } from "../../validation.ts"

/**
 * Checks requests by their TypeBox schemas. A body is taken as it is (a number in quotes is an error); parameters are
 * text and are converted. All problems of a part are reported at once.
 */
export const validation = fp(async (server: FastifyInstance) => {
  server.setValidatorCompiler<FastifySchema>(({ schema, httpPart }) => {
    const isBody = httpPart === "body"
    const check = checker(schema as TSchema, isBody ? "strict" : "text")
    const code: ProblemCode = isBody ? "invalid-body" : "invalid-parameter"
    return (input: unknown) => {
      const checked = check(input)
      if (checked.ok) return { value: checked.value }
      // A pointer into a body, the plain name of a parameter.
      const errors = isBody
        ? checked.errors
        : checked.errors.map(({ path, message }) => ({ path: path.replace("/", ""), message }))
      const first = errors[0]
      const detail = first
        ? `${first.path === "" ? `The ${httpPart}` : first.path} ${first.message}.`
        : "It does not fit."
      return { error: new ProblemError(code, detail, { errors }) }
    }
  })
  // A validation error is already a problem; Fastify would otherwise put its own wording around it.
  server.setSchemaErrorFormatter((errors) => errors[0] as unknown as Error)
})
