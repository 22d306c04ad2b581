import { isConcave } from "./curves.ts"
import type { Channel, Method, Problem } from "./problem.ts"

/** Whether its curve is not concave, or a minimum buy lies between nothing and its next spend: a search must find the best. */
export const isShaped = ({ curve, min, minIfUsed = 0 }: Channel) => !isConcave(curve) || minIfUsed > min

/** The method that solves a problem: the one it asks for, or the one that `auto` takes. */
export function methodOf({ method, channels, constraints }: Problem): Method {
  if (method !== "auto") return method
  if (channels.some(isShaped)) return constraints.length > 0 ? "mip" : "bnb"
  return constraints.length > 0 ? "lp" : "kkt"
}
