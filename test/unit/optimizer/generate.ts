import fc from "fast-check"
import type { Channel, Objective, Problem } from "../../../app/optimizer/index.ts"
import type { Curve } from "../../../app/optimizer/schema.ts"

/** Seeded, so that every run makes the same problems. */
export const runs = (numRuns: number) => ({ seed: 20_240_607, numRuns, endOnFailure: true })

/** Evenly spread, as fast-check's doubles are not: most of those are next to nothing. */
export const between = (low: number, high: number) =>
  fc.integer({ min: 0, max: 1_000_000 }).map((step) => low + (step / 1_000_000) * (high - low))

export const units = fc.constantFrom(1, 1, 1e-6, 1e4, 1e12)

/** From low to high, every order of magnitude as likely. */
const magnitude = (low: number, high: number) => between(Math.log(low), Math.log(high)).map(Math.exp)

/** A concave curve of any type, whose spends matter around `unit`. */
export const concaveCurve = (unit: number): fc.Arbitrary<Curve> => {
  const scale = magnitude(1, 100)
  const spend = magnitude(0.2 * unit, 5 * unit)
  return fc.oneof(
    fc.record({ type: fc.constant("hill" as const), scale, halfSaturation: spend, slope: between(0.3, 1) }),
    fc.record({ type: fc.constant("logistic" as const), scale, rate: spend.map((s) => 1 / s) }),
    fc.tuple(scale, spend).map(([b, s]) => ({ type: "tanh" as const, scale: b, acquisitionCost: s / b })),
    fc
      .tuple(scale, between(0.3, 0.95))
      .map(([b, exponent]) => ({ type: "power" as const, scale: b / unit ** exponent, exponent })),
    fc.record({ type: fc.constant("log" as const), scale, rate: spend.map((s) => 1 / s) }),
    fc.record({ type: fc.constant("michaelis-menten" as const), scale, halfSaturation: spend }),
    fc.tuple(scale, spend).map(([b, s]) => ({ type: "linear" as const, slope: b / s / 5 })),
    fc
      .tuple(scale, fc.array(fc.tuple(between(0.2, 1), between(0, 0.9)), { minLength: 1, maxLength: 4 }))
      .map(falling(unit)),
  )
}

const falling =
  (unit: number) =>
  ([scale, steps]: [number, [number, number][]]): Curve => {
    let spend = 0
    let response = 0
    let slope = scale / unit
    const points = steps.map(([width, share]) => {
      spend += width * unit
      response += slope * width * unit
      slope *= share
      return { spend, response }
    })
    return { type: "piecewise", points }
  }

/** A curve that is not concave: S-shaped, convex, or of pieces that rise again. */
export const shapedCurve = (unit: number): fc.Arbitrary<Curve> => {
  const scale = magnitude(1, 100)
  const spend = magnitude(0.2 * unit, 3 * unit)
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        type: fc.constant("hill" as const),
        scale,
        halfSaturation: spend,
        slope: between(1.05, 6),
      }),
    },
    fc
      .tuple(scale, between(1.1, 2))
      .map(([b, exponent]) => ({ type: "power" as const, scale: b / unit ** exponent / 5, exponent })),
    fc
      .tuple(scale, spend, between(1, 8))
      .map(([b, midpoint, steps]) => ({ type: "hill-sigmoid" as const, scale: b, midpoint, rate: steps / midpoint })),
    fc
      .array(fc.tuple(between(0.1, 1), fc.oneof(fc.constant(0), between(0, 40))), { minLength: 2, maxLength: 6 })
      .map((steps): Curve => {
        let [spend, response] = [0, 0]
        return {
          type: "piecewise",
          points: steps.map(([width, rise]) => {
            spend += width * unit
            response += rise
            return { spend, response }
          }),
        }
      }),
  )
}

/** Channels of which some have shaped curves, and some minimum buys, which `max` may exclude. */
export const shapedChannels = (
  unit: number,
  count: { minLength: number; maxLength: number },
): fc.Arbitrary<Channel[]> =>
  fc
    .array(
      fc.record({
        curve: fc.oneof({ weight: 3, arbitrary: shapedCurve(unit) }, concaveCurve(unit)),
        min: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, between(0, 0.5)),
        width: between(0, 3),
        minIfUsed: fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, between(0, 1.5)),
        twin: between(0, 1),
      }),
      count,
    )
    .map((list) =>
      list.map((made, i) => {
        const of = i > 0 && made.twin < 0.15 ? (list[i - 1] ?? made) : made
        const min = of.min * unit
        return {
          name: `c${i}`,
          curve: of.curve,
          today: unit,
          min,
          max: of.width < 0.1 ? min : min + of.width * unit,
          // With a min it would be another min, and often more than the max
          ...(of.minIfUsed === undefined || (min > 0 && i > 0) ? {} : { minIfUsed: of.minIfUsed * unit }),
        }
      }),
    )

/** S-shaped curves and minimum buys, `share` of the way between what must and what may be spent. */
export const shapedProblem = (
  count: { minLength: number; maxLength: number },
  goal?: Objective,
  sizes = units,
): fc.Arbitrary<Problem> =>
  sizes.chain((unit) =>
    fc
      .record({
        channels: shapedChannels(unit, count),
        share: between(0.02, 0.98),
        spend: fc.constantFrom("exactly" as const, "at-most" as const),
        objective: goal ? fc.constant(goal) : objective(unit),
        method: fc.constant("auto" as const),
      })
      .map(({ share, spend, ...rest }) => {
        const least = rest.channels.reduce((sum, { min }) => sum + min, 0)
        const most = rest.channels.reduce((sum, { max }) => sum + max, 0)
        return { ...rest, constraints: [], total: { amount: least + share * (most - least), spend } }
      }),
  )

export const channels = (unit: number, count: { minLength: number; maxLength: number }): fc.Arbitrary<Channel[]> =>
  fc.array(fc.tuple(concaveCurve(unit), fc.oneof(fc.constant(0), between(0, 0.5)), between(0, 3)), count).map((list) =>
    list.map(([curve, min, width], i) => ({
      name: `c${i}`,
      curve,
      today: unit,
      min: min * unit,
      max: width < 0.1 ? min * unit : (min + width) * unit,
    })),
  )

export const objective = (unit: number): fc.Arbitrary<Objective> => {
  const valuePerResponse = magnitude(0.02, 2).map((value) => value * unit)
  return fc.oneof(
    fc.constant({ goal: "response" as const }),
    fc.record({ goal: fc.constant("profit" as const), valuePerResponse }),
    fc.record({ goal: fc.constant("least-spend" as const), response: magnitude(0.5, 200) }),
    fc.record({ goal: fc.constant("roi" as const), target: magnitude(0.2, 3), valuePerResponse }),
    fc.record({ goal: fc.constant("marginal-roi" as const), target: magnitude(0.5, 2), valuePerResponse }),
  )
}

/** A problem without linear constraints, `share` of the way between what must and what may be spent. */
export const simpleProblem = (goal?: Objective): fc.Arbitrary<Problem> =>
  units.chain((unit) =>
    fc
      .record({
        channels: channels(unit, { minLength: 1, maxLength: 6 }),
        share: between(0.02, 0.98),
        spend: fc.constantFrom("exactly" as const, "at-most" as const),
        objective: goal ? fc.constant(goal) : objective(unit),
        method: fc.constant("kkt" as const),
      })
      .map(({ share, spend, ...rest }) => {
        const least = rest.channels.reduce((sum, { min }) => sum + min, 0)
        const most = rest.channels.reduce((sum, { max }) => sum + max, 0)
        return { ...rest, constraints: [], total: { amount: least + share * (most - least), spend } }
      }),
  )

/** Adds constraints that some spends within bounds, though perhaps not of the problem's total, meet. */
const withRows = (problem: Problem, method: Problem["method"]): fc.Arbitrary<Problem> =>
  fc
    .array(
      fc.tuple(
        fc.array(fc.constantFrom(1, 1, 1, 0, 0.5, -1), { minLength: 6, maxLength: 6 }),
        between(0, 1),
        fc.constantFrom("min", "max", "both", "equal"),
      ),
      { minLength: 1, maxLength: 3 },
    )
    .map((rows) => ({
      ...problem,
      method,
      constraints: rows.map(([coefficients, share, side], i) => {
        const named = Object.fromEntries(problem.channels.map(({ name }, c) => [name, coefficients[c] ?? 0]))
        const value = problem.channels.reduce(
          (sum, { name, min, max }) => sum + (named[name] ?? 0) * (min + share * (max - min)),
          0,
        )
        const slack = side === "both" ? 0.1 * Math.abs(value) : 0
        return {
          name: `row${i}`,
          coefficients: named,
          ...(side === "max" ? {} : { min: value - slack }),
          ...(side === "min" ? {} : { max: value + slack }),
        }
      }),
    }))

export const constrainedProblem: fc.Arbitrary<Problem> = simpleProblem().chain((problem) => withRows(problem, "lp"))

/** S-shaped curves and minimum buys with linear constraints. */
export const shapedConstrained = (
  count: { minLength: number; maxLength: number },
  goal?: Objective,
  sizes = units,
): fc.Arbitrary<Problem> => shapedProblem(count, goal, sizes).chain((problem) => withRows(problem, "mip"))

/** One shaped channel many times over, no two of them the same: each number is up to `spread` of itself more. */
export const nearTwins = (count: { minLength: number; maxLength: number }, goal?: Objective): fc.Arbitrary<Problem> =>
  fc
    .record({
      kind: fc.constantFrom("hill" as const, "hill-sigmoid" as const),
      slope: between(1.5, 5),
      max: between(0.9, 4),
      minIfUsed: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, between(0.3, 1.3)),
      spread: fc.constantFrom(1e-4, 1e-3, 1e-2, 5e-2),
      more: fc.array(fc.tuple(between(0, 1), between(0, 1)), count),
      share: between(0.05, 0.8),
      spend: fc.constantFrom("exactly" as const, "at-most" as const),
      aim: between(0.1, 0.7),
      objective: goal ? fc.constant(goal) : objective(1),
    })
    .map(({ kind, slope, max, minIfUsed, spread, more, share, spend, aim, objective }) => {
      const channels = more.map(([one, other], i): Channel => {
        const [half, scale] = [1 + spread * one, 1 + spread * other]
        const curve: Curve =
          kind === "hill"
            ? { type: kind, scale, halfSaturation: half, slope }
            : { type: kind, scale, midpoint: half, rate: (2 * slope) / half }
        return { name: `c${i}`, curve, today: 1, min: 0, max, ...(minIfUsed && minIfUsed < max ? { minIfUsed } : {}) }
      })
      return {
        channels,
        total: { amount: share * max * channels.length, spend },
        constraints: [],
        objective: objective.goal === "least-spend" ? { ...objective, response: aim * channels.length } : objective,
        method: "auto" as const,
      }
    })
