import type { FieldError } from "../contract/problems.ts"
import { checkCurve } from "../optimizer/curves.ts"
import type { Curve } from "../optimizer/schema.ts"
import { ProblemError } from "../problem.ts"
import { curveOfPeer } from "./peers.ts"
import type { ModelRequest, NewModel } from "./schema.ts"

/**
 * What a client asks to store as the model to store: a curve of ours, or one converted from a peer's parameters, which
 * the description then keeps unless it has one of its own. Throws invalid-body for both, for neither, and for a curve
 * that its schema lets pass and its formula does not.
 */
export function newModelOf({ curve, from, ...rest }: ModelRequest): NewModel {
  if (curve !== undefined && from !== undefined)
    throw refused([{ path: "/from", message: "stands beside curve: give one of the two" }])
  if (from !== undefined) {
    if (from.type === "robyn-hill" && from.meanCarryover !== undefined && from.adstock !== undefined)
      throw refused([
        { path: "/from/adstock", message: "stands beside meanCarryover, which counts it already: give one" },
      ])
    const made = curveOfPeer(from)
    const errors = checkCurve(made).map(({ path, message }) => ({
      path: "/from",
      message: `makes the curve ${JSON.stringify(made)}, whose ${path.slice(1).replaceAll("/", ".")} ${message}`,
    }))
    if (errors.length > 0) throw refused(errors)
    return { description: `Converted from ${JSON.stringify(from)}`, ...rest, curve: made }
  }
  if (curve === undefined) throw refused([{ path: "", message: "must have curve, or from" }])
  assertCurve(curve)
  return { ...rest, curve }
}

/** Throws invalid-body with what is wrong with the curve, under /curve. */
export function assertCurve(curve: Curve): void {
  const errors = checkCurve(curve).map(({ path, message }) => ({ path: `/curve${path}`, message }))
  if (errors.length > 0) throw refused(errors)
}

function refused(errors: readonly FieldError[]): ProblemError {
  const [first] = errors
  return new ProblemError("invalid-body", `${first?.path || "The body"} ${first?.message}.`, { errors })
}
