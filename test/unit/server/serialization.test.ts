import assert from "node:assert/strict"
import { describe, it } from "node:test"
import buildSerializers from "@fastify/fast-json-stringify-compiler"
import { fastify } from "fastify"
import { routes } from "../../../app/contract/routes.ts"
import { openCache } from "../../../app/data/cache.ts"
import type { Database } from "../../../app/data/database.ts"
import type { Queue } from "../../../app/jobs/queue.ts"
import type { Fitter } from "../../../app/models/fit/fitter.ts"
import type { Solver } from "../../../app/results/solver.ts"
import { openLog } from "../../../app/server/log.ts"
import { createMetrics } from "../../../app/server/metrics.ts"
import { lazySerializers } from "../../../app/server/serialization.ts"
import { buildServer } from "../../../app/server/server.ts"
import { readSettings } from "../../../app/server/settings.ts"

describe("serializers", () => {
  it("are compiled at the first answer and no more, and leave out what the schema does not name", async () => {
    let compiled = 0
    const build = lazySerializers((schemas, options) => {
      const compile = buildSerializers()(schemas, options)
      return (route) => {
        compiled += 1
        return compile(route)
      }
    })
    const server = fastify({ schemaController: { compilersFactory: { buildSerializer: build } } })
    const answer = { type: "object", properties: { kept: { type: "number" } } }
    server.get("/", { schema: { response: { 200: answer } } }, async () => ({ kept: 1, dropped: 2 }))
    try {
      await server.ready()
      assert.equal(compiled, 0)
      for (const _ of [1, 2]) assert.equal((await server.inject("/")).body, '{"kept":1}')
      assert.equal(compiled, 1)
    } finally {
      await server.close()
    }
  })

  it("compile for every answer of every route", async () => {
    const unused = new Proxy(
      {},
      { get: (_, name) => (name === "then" ? undefined : assert.fail(`${String(name)} was used`)) },
    )
    const settings = readSettings({ DATABASE_URL: "postgres://nobody@localhost/none", DEBUG_MODE: "true" })
    const log = openLog("ERROR")
    const readings = {
      queue: async () => undefined,
      pool: () => ({ total: 0, idle: 0, waiting: 0, size: 0 }),
      threads: () => ({}),
      ready: async () => false,
      roles: settings.roles,
      concurrency: 1,
      memoryLimit: 1,
    }
    const compiled = new Set<string>()
    const eager: ReturnType<typeof buildSerializers> = (schemas, options) => {
      const compile = buildSerializers()(schemas, options)
      return (route) => {
        const serializer = compile(route)
        compiled.add(`${route.method} ${route.url} ${route.httpStatus}`)
        return serializer
      }
    }
    const server = await buildServer(
      {
        settings,
        log,
        database: unused as Database,
        cache: openCache({ log }),
        metrics: createMetrics(readings),
        queue: unused as Queue,
        solver: unused as Solver,
        fitter: unused as Fitter,
        check: () => assert.fail("no check is made"),
        watch: { current: () => "normal", refresh: async () => undefined, stop: () => undefined },
      },
      eager,
    )
    try {
      await server.ready()
      const described = Object.entries(server.swagger().paths ?? {}).flatMap(([path, operations]) =>
        // Probes are answered by serializers of their own
        Object.entries(path.startsWith(routes.api) ? (operations ?? {}) : {}).flatMap(([method, operation]) =>
          Object.keys((operation as { responses: object }).responses).map(
            (status) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ":$1")} ${status}`,
          ),
        ),
      )
      assert.ok(described.length > 20)
      for (const answer of described) assert.ok(compiled.has(answer), `${answer}: ${[...compiled].join(", ")}`)
    } finally {
      await server.close()
    }
  })
})
