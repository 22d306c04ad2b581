import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox"
import Type from "typebox"
import { routes } from "../../contract/routes.ts"
import { Job } from "../../jobs/schema.ts"
import { methods } from "../../optimizer/problem.ts"
import { optimize } from "../../results/optimize.ts"
import { checkRequest } from "../../results/request.ts"
import { createResultStore } from "../../results/results.ts"
import { ScenarioAnswer, ScenarioRequest } from "../../results/scenario-schema.ts"
import { checkScenarios, solveScenarios } from "../../results/scenarios.ts"
import { Answer, OptimizeRequest } from "../../results/schema.ts"
import { measured, observer } from "../measured.ts"
import { contextOf, leaving, sendJson } from "../request.ts"
import type { Services } from "../services.ts"

/** RFC 7240: the client would rather poll a job than wait. */
const RESPOND_ASYNC = /(^|[,\s])respond-async([,;\s]|$)/i

const PreferHeader = Type.Object({
  prefer: Type.Optional(Type.String({ description: "respond-async: answer with a job instead of the solution." })),
})

/** The service's reason to be: a problem in, the best allocation with its certificate out. */
export const optimizeRoutes: FastifyPluginAsyncTypebox<Services> = async (server, services) => {
  const { queue, metrics } = services
  const deps = { ...services, store: createResultStore(services.database), observe: observer(metrics) }

  server.post(
    routes.optimize,
    {
      config: { writes: (request) => !isUnstored(request.body) },
      // The body is checked once, by the room, for its shape and its meaning together; the schema documents it.
      validatorCompiler: () => () => true,
      schema: {
        tags: ["optimizer"],
        summary: "The allocation that earns most",
        headers: PreferHeader,
        body: OptimizeRequest,
        response: { 200: Answer, 202: Job },
      },
    },
    async (request, reply) => {
      const context = contextOf(request)
      if (RESPOND_ASYNC.test(request.headers.prefer ?? "")) {
        const job = await queue.submit(request.body, context)
        reply.header("Preference-Applied", "respond-async").header("Location", `${routes.jobs}/${job.id}`)
        return reply.status(202).send(job)
      }
      const { json } = await measured(metrics, methodOf(request.body), () =>
        optimize(deps, checkRequest(request.body), context, { signal: leaving(reply) }),
      )
      return sendJson(reply, json)
    },
  )

  server.post(
    routes.scenarios,
    {
      config: { writes: false },
      validatorCompiler: () => () => true,
      schema: {
        tags: ["optimizer"],
        summary: "The best allocation at each of several totals; nothing is stored",
        body: ScenarioRequest,
        response: { 200: ScenarioAnswer },
      },
    },
    async (request, reply) => {
      const { json } = await measured(metrics, "scenarios", () =>
        solveScenarios(deps, checkScenarios(request.body), { signal: leaving(reply)() }),
      )
      return sendJson(reply, json)
    },
  )
}

function isUnstored(body: unknown): boolean {
  return typeof body === "object" && body !== null && "store" in body && body.store === false
}

/** The method that was asked for, as a label of bounded values. */
function methodOf(body: unknown): string {
  const method = typeof body === "object" && body !== null && "method" in body ? body.method : "auto"
  return methods.find((known) => known === method) ?? "auto"
}
