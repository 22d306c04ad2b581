import type { FieldError } from "../contract/problems.ts"
import { checkCurve } from "../optimizer/curves.ts"
import { largest } from "../optimizer/schema.ts"
import { ProblemError } from "../problem.ts"
import { checker, pointerToken } from "../validation.ts"
import { amountOf, checkBounded, checkBounds, checkSize, unknownChannel, unknownChannels } from "./bounds.ts"
import { checkPeriods } from "./periods-request.ts"
import { OptimizeRequest } from "./schema.ts"

export { amountOf, checkSize } from "./bounds.ts"

type ChannelBounds = NonNullable<NonNullable<OptimizeRequest["constraints"]>["channels"]>[string]

const checkShape = checker(OptimizeRequest, "strict")

/**
 * A body as a request, checked by its schema and then for what a schema cannot say: channels that are not in the
 * budget, min above max, names used twice, curves that cannot be evaluated. Throws invalid-body with all problems.
 */
export function checkRequest(body: unknown): OptimizeRequest {
  const shaped = checkShape(body)
  const errors = shaped.ok ? checkMeaning(shaped.value) : shaped.errors
  if (shaped.ok && errors.length === 0) return shaped.value
  throw invalidBody(errors)
}

/** A body's problems as one error, which tells the first. */
export function invalidBody(errors: readonly FieldError[]): ProblemError {
  const [first] = errors
  const rest = errors.length > 1 ? ` ${errors.length - 1} more are listed under errors.` : ""
  const detail = first === undefined ? "The body does not fit." : `${first.path || "The body"} ${first.message}.${rest}`
  return new ProblemError("invalid-body", detail, { errors })
}

/**
 * A member by its name, undefined where there is none: a channel may be called as what every object inherits, such as
 * "constructor". To make a map of the members first takes longer than to look each up once.
 */
export function ownOf<T>(members: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return members !== undefined && Object.hasOwn(members, name) ? members[name] : undefined
}

/** Today's spend of some channels together. */
export function spendOf(channels: readonly string[], budget: OptimizeRequest["budget"]): number {
  return channels.reduce((sum, channel) => sum + (ownOf(budget, channel) ?? 0), 0)
}

/** Today's spend of all channels together. */
export function totalOf(budget: OptimizeRequest["budget"]): number {
  return Object.values(budget).reduce((sum, spend) => sum + spend, 0)
}

/** What is wrong with a request beyond its schema. */
export function checkMeaning(request: OptimizeRequest): FieldError[] {
  const budget = new Map(Object.entries(request.budget))
  const { channels = {}, groups = [], linear = [] } = request.constraints ?? {}
  const names = new Set<string>()
  const today = totalOf(request.budget)
  const { objective } = request
  return [
    ...each(request.budget, (channel, spend) => checkSize(() => `/budget/${pointerToken(channel)}`, spend)),
    ...checkSize("/constraints/total", request.constraints?.total ?? 0),
    ...(objective?.goal === "least-spend" ? checkSize("/objective/response", objective.response) : []),
    ...(today > largest ? [{ path: "/budget", message: `adds up to ${today}; at most ${largest} is allowed` }] : []),
    ...unknownChannels("/constraints/channels", Object.keys(channels), budget),
    ...unknownChannels("/models", Object.keys(request.models ?? {}), budget),
    ...unknownChannels("/curves", Object.keys(request.curves ?? {}), budget),
    ...each(channels, (channel, bounds) => {
      const path = () => `/constraints/channels/${pointerToken(channel)}`
      const { pinned, minIfUsed } = bounds
      const spend = budget.get(channel) ?? 0
      const bounded = checkBounds(path, bounds, spend)
      return pinned === true || minIfUsed !== undefined
        ? [...checkPinned(path(), bounds), ...bounded, ...checkMinIfUsed(path(), bounds, spend)]
        : bounded
    }),
    ...groups.flatMap((group, index) => {
      const path = `/constraints/groups/${index}`
      return [
        ...checkName(path, group.name, names),
        ...checkListed(`${path}/channels`, group.channels, budget),
        ...checkBounded(path, group),
        ...checkBounds(path, group, spendOf(group.channels, request.budget)),
      ]
    }),
    ...linear.flatMap((constraint, index) => {
      const path = `/constraints/linear/${index}`
      return [
        ...checkName(path, constraint.name, names),
        ...unknownChannels(`${path}/coefficients`, Object.keys(constraint.coefficients), budget),
        ...each(constraint.coefficients, (channel, coefficient) =>
          checkSize(() => `${path}/coefficients/${pointerToken(channel)}`, coefficient),
        ),
        ...checkBounded(path, constraint),
        ...checkBounds(path, constraint, 0),
      ]
    }),
    ...checkPeriods(request, budget),
    ...each(request.curves ?? {}, (channel, curve) => {
      const errors = checkCurve(curve)
      if (errors.length === 0) return errors
      return errors.map(({ path, message }) => ({ path: `/curves/${pointerToken(channel)}${path}`, message }))
    }),
  ]
}

/**
 * The errors of all members. Nearly always there are none, and then no list is made for any; nor is one of pairs, which
 * takes four times as long as the names alone.
 */
function each<T>(
  members: Readonly<Record<string, T>>,
  check: (name: string, value: T) => readonly FieldError[],
): FieldError[] {
  const found: FieldError[] = []
  for (const name of Object.keys(members)) for (const error of check(name, members[name] as T)) found.push(error)
  return found
}

/** The channels of a group: each one of the budget's, and listed once. */
function checkListed(path: string, channels: readonly string[], budget: ReadonlyMap<string, number>): FieldError[] {
  const listed = new Set<string>()
  const found: FieldError[] = []
  for (const [position, channel] of channels.entries()) {
    if (!budget.has(channel)) found.push(unknownChannel(`${path}/${position}`, channel))
    else if (listed.has(channel))
      found.push({ path: `${path}/${position}`, message: `lists ${JSON.stringify(channel)} a second time` })
    listed.add(channel)
  }
  return found
}

function checkPinned(path: string, { pinned, min, max, minIfUsed }: ChannelBounds): FieldError[] {
  if (pinned !== true || [min, max, minIfUsed].every((bound) => bound === undefined)) return []
  return [{ path: `${path}/pinned`, message: "keeps today's spend: leave out min, max and minIfUsed, or pinned" }]
}

/** Adds the name to those seen; groups and linear constraints share one set, because the answer lists them together. */
function checkName(path: string, name: string, names: Set<string>): FieldError[] {
  if (names.has(name)) return [{ path: `${path}/name`, message: `${JSON.stringify(name)} is used more than once` }]
  names.add(name)
  return []
}

/** A minimum buy above the max would only say that the channel is never used. */
function checkMinIfUsed(path: string, { minIfUsed: buy, max }: ChannelBounds, today: number): FieldError[] {
  if (buy === undefined) return []
  const least = amountOf(buy, today)
  const most = max === undefined ? Infinity : amountOf(max, today)
  return [
    ...checkSize(`${path}/minIfUsed`, least),
    ...(least > most ? [{ path: `${path}/minIfUsed`, message: `is ${least}, more than max, ${most}` }] : []),
  ]
}
