import type { FieldError } from "../../contract/problems.ts"
import type { Context } from "../../data/audit.ts"
import type { Database } from "../../data/database.ts"
import { adstocked } from "../../optimizer/adstock.ts"
import type { Adstock } from "../../optimizer/adstock-schema.ts"
import { checkCurve } from "../../optimizer/curves.ts"
import { smallest } from "../../optimizer/range.ts"
import { ProblemError } from "../../problem.ts"
import type { RunOptions } from "../../threads.ts"
import { createModel } from "../models.ts"
import { familyOf, typesFor } from "./families.ts"
import type { Fitter } from "./fitter.ts"
import type { Fit, FitAnswer, FitRequest, FitTask } from "./schema.ts"

export interface FitDeps {
  readonly database: Database
  readonly fitter: Fitter
}

/**
 * The fit of a request, stored as the next version of its model where it names one. Throws invalid-body for a history
 * that no curve can be fitted to, not-solvable, and what the fitter and the database throw.
 */
export async function fitModel(
  { database, fitter }: FitDeps,
  request: FitRequest,
  context: Context,
  options: RunOptions = {},
): Promise<FitAnswer> {
  const { name, unit, description, ...task } = request
  const errors = checkTask(task)
  const [first] = errors
  if (first) throw new ProblemError("invalid-body", `${first.path} ${first.message}.`, { errors })
  const fit = await fitter.fit(task, options)
  const [wrong] = checkCurve(fit.curve)
  if (wrong) {
    const detail = `The history asks for a ${fit.curve.type} curve whose ${wrong.path.slice(1)} ${wrong.message}: give spends and responses in larger or smaller units.`
    throw new ProblemError("not-solvable", detail)
  }
  if (name === undefined) return { ...fit, model: null }
  const told = { description: description ?? describe(fit), ...(unit === undefined ? {} : { unit }) }
  return { ...fit, model: await createModel(database, { name, curve: fit.curve, ...told }, context) }
}

/** What a schema cannot say of a history and its adstock: without it, there is nothing to fit. */
export function checkTask(task: FitTask): FieldError[] {
  const { history, types, concave = false, baseline = false, adstock } = task
  const toFit = adstock?.type === "geometric" && adstock.retention === "fit"
  const fixed = toFit ? undefined : (adstock as Adstock | undefined)
  const errors = fixed === undefined ? [] : checkAdstock(fixed)
  if (errors.length > 0) return errors
  const spends = history.map(({ spend }) => spend)
  const exposures = fixed === undefined ? spends : adstocked(spends, fixed)
  const fewest =
    Number(baseline) +
    Number(toFit) +
    Math.min(...(types ?? typesFor(concave)).map((type) => familyOf(type, concave).axes.length))
  const refuse = (message: string) => errors.push({ path: "/history", message })
  const what = fixed === undefined ? "spend" : "adstocked spend"
  if (new Set(exposures).size < 2)
    refuse(`has the same ${what}, ${exposures[0]}, in every row: a curve needs at least two`)
  if (Math.max(...exposures) < smallest) refuse(`has no ${what} of ${smallest} or more`)
  if (Math.max(...history.map(({ response }) => response)) < smallest) refuse(`has no response of ${smallest} or more`)
  if (history.length <= fewest)
    refuse(`has ${history.length} rows, and ${fewest} parameters are to be found: give at least ${fewest + 1}`)
  const shaped = types?.indexOf("hill-sigmoid") ?? -1
  if (concave && shaped >= 0)
    errors.push({
      path: `/types/${shaped}`,
      message: "is S-shaped, and the fit is to be concave: leave out one of the two",
    })
  return errors
}

/** The adstock by the rules of a curve's exposure. */
function checkAdstock(adstock: Adstock): FieldError[] {
  const errors = checkCurve({ type: "linear", slope: 1, exposure: { adstock } })
  return errors.map(({ path, message }) => ({ path: path.replace(/^\/exposure(\/adstock)?/, "/adstock"), message }))
}

function describe({ curve, quality: { rows, rSquared } }: Fit): string {
  return `Fitted to ${rows} rows: ${curve.type}, R² ${rSquared === null ? "not known" : rSquared.toFixed(3)}.`
}
