import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox"
import Type from "typebox"
import { routes } from "../../contract/routes.ts"
import { fitModel } from "../../models/fit/request.ts"
import { FitAnswer, FitRequest } from "../../models/fit/schema.ts"
import { createModel, deleteModel, listModels, listVersions, readModel } from "../../models/models.ts"
import { curvePoints, predict } from "../../models/predict.ts"
import { newModelOf } from "../../models/request.ts"
import {
  CurveQuery,
  Model,
  ModelName,
  ModelPage,
  ModelRequest,
  ModelVersion,
  Prediction,
  PredictRequest,
} from "../../models/schema.ts"
import { contextOf, leaving } from "../request.ts"
import { PageQuerySchema } from "../schemas.ts"
import type { Services } from "../services.ts"

const Named = Type.Object({ name: ModelName })
const Versioned = Type.Object({ name: ModelName, version: ModelVersion })
const OptionalVersion = Type.Object({ version: Type.Optional(ModelVersion) }, { additionalProperties: false })

const versionUrl = ({ name, version }: Pick<Model, "name" | "version">) =>
  `${routes.models}/${encodeURIComponent(name)}/versions/${version}`

/** Whether the fitted curve is stored. */
const isNamed = (body: unknown) => typeof body === "object" && body !== null && "name" in body

/** Response curves by name and version. A version never changes; a correction is the next version. */
export const modelRoutes: FastifyPluginAsyncTypebox<Services> = async (server, { database, metrics, fitter }) => {
  const tags = ["models"]
  const observe = (model: string, seconds: number) => metrics.modelPrediction.observe({ model_name: model }, seconds)

  server.get(
    routes.models,
    {
      schema: {
        tags,
        summary: "The latest version of each model",
        querystring: PageQuerySchema,
        response: { 200: ModelPage },
      },
    },
    (request) => listModels(database, request.query),
  )

  server.post(
    routes.models,
    { schema: { tags, summary: "Store the next version of a model", body: ModelRequest, response: { 201: Model } } },
    async (request, reply) => {
      const model = await createModel(database, newModelOf(request.body), contextOf(request))
      return reply.status(201).header("Location", versionUrl(model)).send(model)
    },
  )

  server.post(
    routes.fit,
    {
      config: { writes: (request) => isNamed(request.body) },
      schema: {
        tags,
        summary: "Fit a curve to a history of spend and response",
        body: FitRequest,
        response: { 200: FitAnswer },
      },
    },
    async (request, reply) => {
      const answer = await fitModel({ database, fitter }, request.body, contextOf(request), {
        signal: leaving(reply)(),
      })
      if (answer.model) reply.header("Location", versionUrl(answer.model))
      return answer
    },
  )

  server.get(
    `${routes.models}/:name`,
    { schema: { tags, summary: "The latest version of a model", params: Named, response: { 200: Model } } },
    (request) => readModel(database, request.params.name),
  )

  server.delete(
    `${routes.models}/:name`,
    { schema: { tags, summary: "Hide every version of a model", params: Named, response: { 204: Type.Null() } } },
    async (request, reply) => {
      await deleteModel(database, request.params.name, contextOf(request))
      return reply.status(204).send(null)
    },
  )

  server.get(
    `${routes.models}/:name/versions`,
    {
      schema: {
        tags,
        summary: "The versions of a model, newest first",
        params: Named,
        response: { 200: Type.Object({ items: Type.Array(Model) }) },
      },
    },
    async (request) => ({ items: await listVersions(database, request.params.name) }),
  )

  server.get(
    `${routes.models}/:name/versions/:version`,
    { schema: { tags, summary: "One version of a model", params: Versioned, response: { 200: Model } } },
    (request) => readModel(database, request.params.name, request.params.version),
  )

  server.delete(
    `${routes.models}/:name/versions/:version`,
    { schema: { tags, summary: "Hide one version of a model", params: Versioned, response: { 204: Type.Null() } } },
    async (request, reply) => {
      await deleteModel(database, request.params.name, contextOf(request), request.params.version)
      return reply.status(204).send(null)
    },
  )

  server.post(
    `${routes.models}/:name/predict`,
    {
      config: { writes: false },
      schema: {
        tags,
        summary: "Response and marginal response at given spends",
        params: Named,
        querystring: OptionalVersion,
        body: PredictRequest,
        response: { 200: Prediction },
      },
    },
    async (request) => {
      const model = await readModel(database, request.params.name, request.query.version)
      return predict(model, request.body.spends, observe)
    },
  )

  server.get(
    `${routes.models}/:name/curve`,
    {
      schema: {
        tags,
        summary: "Points of a model's curve, for a drawing",
        params: Named,
        querystring: Type.Object(
          { ...CurveQuery.properties, ...OptionalVersion.properties },
          { additionalProperties: false },
        ),
        response: { 200: Prediction },
      },
    },
    async (request) => {
      const { version, ...range } = request.query
      return curvePoints(await readModel(database, request.params.name, version), range, observe)
    },
  )
}
