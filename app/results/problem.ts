import { type Model, parseReference, referenceOf } from "../models/schema.ts"
import type { Channel, LinearConstraint, Objective, Problem } from "../optimizer/problem.ts"
import { ProblemError } from "../problem.ts"
import { pointerToken } from "../validation.ts"
import { amountOf, ownOf, spendOf, totalOf } from "./request.ts"
import type { OptimizeRequest } from "./schema.ts"

/** What an answer calls the model of a channel whose curve is the request's own. No reference to a stored one is like it. */
export const inlineModel = "inline"

/** One channel as the solver sees it, with what the answer says of it beyond. */
export interface PreparedChannel extends Channel {
  /** "tv@1", or `inlineModel`. */
  readonly model: string
  readonly example: boolean
  readonly pinned: boolean
}

/** A request with its curves found: the solver's problem, and how its parts are called in the request. */
export interface Prepared {
  readonly problem: Problem
  /** In the solver's order, which is by name: the order in which a request lists its channels changes nothing. */
  readonly channels: readonly PreparedChannel[]
  /** In the order of problem.constraints, whose names are JSON pointers into the request. */
  readonly constraintNames: readonly string[]
  readonly warnings: readonly string[]
}

/** The models that a request needs, one for each channel without an inline curve. */
export interface Need {
  readonly channel: string
  readonly name: string
  readonly version: number | undefined
  /** Where the request asks for it, as a JSON pointer. */
  readonly path: string
}

/**
 * How many numbers a request's problem is made of: its spends, channels times periods, and the coefficients of its
 * constraints, a group's channels among them. What preparing, solving and answering take rises with it.
 */
export function sizeOf({ budget, periods, constraints }: OptimizeRequest): number {
  const { groups = [], linear = [] } = constraints ?? {}
  const grouped = groups.reduce((sum, { channels }) => sum + channels.length, 0)
  const coefficients = linear.reduce((sum, one) => sum + Object.keys(one.coefficients).length, 0)
  return Object.keys(budget).length * (periods?.count ?? 1) + grouped + coefficients
}

/** Which stored models a request needs: the one that is named for a channel, else the one with the channel's name. */
export function neededModels(request: OptimizeRequest): Need[] {
  return Object.keys(request.budget)
    .filter((channel) => ownOf(request.curves, channel) === undefined)
    .map((channel) => {
      const reference = ownOf(request.models, channel)
      return reference === undefined
        ? { channel, name: channel, version: undefined, path: `/budget/${pointerToken(channel)}` }
        : { channel, ...parseReference(reference), path: `/models/${pointerToken(channel)}` }
    })
}

/**
 * The solver's problem for a checked request. `models` are in the order of `needs`.
 * Throws unknown-model with every channel that has none.
 */
export function prepare(
  request: OptimizeRequest,
  needs: readonly Need[],
  models: readonly (Model | undefined)[],
): Prepared {
  const found = new Map<string, Model>()
  const missing = needs.filter(({ channel }, index) => {
    const model = models[index]
    if (model !== undefined) found.set(channel, model)
    return model === undefined
  })
  if (missing.length > 0) throw unknownModels(missing)

  const channels = prepareChannels(request, found)
  const { constraints, names } = prepareConstraints(request)
  const objective = withValue(request.objective ?? { goal: "response" })
  const total = prepareTotal(request, objective)
  return {
    problem: {
      channels: channels.map(({ name, curve, today, min, max, minIfUsed }) => ({
        name,
        curve,
        today,
        min,
        max,
        ...(minIfUsed === undefined ? {} : { minIfUsed }),
      })),
      ...(total === undefined ? {} : { total }),
      constraints,
      objective,
      method: request.method ?? "auto",
    },
    channels,
    constraintNames: names,
    warnings: warningsOf(request, channels),
  }
}

export function prepareChannels(request: OptimizeRequest, models: ReadonlyMap<string, Model>): PreparedChannel[] {
  return Object.entries(request.budget)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, today]) => {
      const { min = 0, max, minIfUsed, pinned = false } = ownOf(request.constraints?.channels, name) ?? {}
      const model = models.get(name)
      const curve = ownOf(request.curves, name) ?? model?.curve
      if (curve === undefined) throw new Error(`Channel ${name} has neither an inline curve nor a model.`)
      return {
        name,
        curve,
        today,
        min: pinned ? today : amountOf(min, today),
        max: pinned ? today : max === undefined ? Infinity : amountOf(max, today),
        ...(minIfUsed === undefined ? {} : { minIfUsed: amountOf(minIfUsed, today) }),
        model: model === undefined ? inlineModel : referenceOf(model),
        example: model?.example ?? false,
        pinned,
      }
    })
}

/** Their names are JSON pointers, which no channel bound or total can be mistaken for in the solver's conflicts. */
function prepareConstraints(request: OptimizeRequest): { constraints: LinearConstraint[]; names: string[] } {
  const { groups = [], linear = [] } = request.constraints ?? {}
  const constraints = [
    ...groups.map(({ channels, min, max }, index) => {
      const today = spendOf(channels, request.budget)
      return {
        name: `/constraints/groups/${index}`,
        coefficients: Object.fromEntries(channels.map((channel) => [channel, 1])),
        ...(min === undefined ? {} : { min: amountOf(min, today) }),
        ...(max === undefined ? {} : { max: amountOf(max, today) }),
      }
    }),
    ...linear.map(({ coefficients, min, max }, index) => ({
      name: `/constraints/linear/${index}`,
      coefficients,
      ...(min === undefined ? {} : { min }),
      ...(max === undefined ? {} : { max }),
    })),
  ]
  return { constraints, names: [...groups, ...linear].map(({ name }) => name) }
}

/**
 * What may be spent. For the goal response it is today's spend unless the request says otherwise, and it is spent;
 * the other goals find how much to spend, so they have a total only if the request sets one, and it is a limit.
 */
function prepareTotal({ budget, constraints }: OptimizeRequest, { goal }: Objective): Problem["total"] {
  const amount = constraints?.total ?? (goal === "response" ? totalOf(budget) : undefined)
  if (amount === undefined) return undefined
  return { amount, spend: constraints?.spend ?? (goal === "response" ? "exactly" : "at-most") }
}

/** Without a value per response the response itself is the return. */
function withValue(objective: NonNullable<OptimizeRequest["objective"]>): Objective {
  if (objective.goal !== "roi" && objective.goal !== "marginal-roi") return objective
  return { ...objective, valuePerResponse: objective.valuePerResponse ?? 1 }
}

function warningsOf(request: OptimizeRequest, channels: readonly PreparedChannel[]): string[] {
  const exemplary = new Set(channels.filter(({ example }) => example).map(({ name }) => name))
  const examples = Object.keys(request.budget).filter((name) => exemplary.has(name))
  const overruled = Object.keys(request.models ?? {}).filter((name) => Object.hasOwn(request.curves ?? {}, name))
  return [
    ...(examples.length > 0
      ? [
          `Example models, not fitted to any data, stand in for: ${examples.join(", ")}. ` +
            "Give these channels models or curves of your own before you rely on the numbers.",
        ]
      : []),
    ...(overruled.length > 0
      ? [`These channels have both a model and a curve, and the curve was used: ${overruled.join(", ")}.`]
      : []),
  ]
}

function unknownModels(missing: readonly Need[]): ProblemError {
  const errors = missing.map(({ channel, name, version, path }) => ({
    path,
    message:
      `channel ${JSON.stringify(channel)} has no model ${JSON.stringify(version === undefined ? name : `${name}@${version}`)}: ` +
      "name a stored one under /models, or give a curve under /curves",
  }))
  const channels = missing.map(({ channel }) => channel).join(", ")
  const detail =
    `There is no model for: ${channels}. Name a stored model for each under "models" ` +
    '(for example {"models": {"brand tv": "tv"}}), or give its response curve under "curves".'
  return new ProblemError("unknown-model", detail, { errors })
}
