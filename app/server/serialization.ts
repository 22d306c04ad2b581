import buildSerializers from "@fastify/fast-json-stringify-compiler"
import { once } from "../once.ts"

type Compilers = ReturnType<typeof buildSerializers>

/**
 * Fastify's own serializers, each compiled at the first answer that needs it: to compile those of every route at a start
 * took a quarter of its processor time.
 */
export function lazySerializers(build: Compilers = buildSerializers()): Compilers {
  return (schemas, options) => {
    const compile = build(schemas, options)
    return (route) => {
      const serializer = once(() => compile(route))
      return (document) => serializer()(document)
    }
  }
}
