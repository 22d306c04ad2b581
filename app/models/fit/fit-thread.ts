import { yieldToEventLoop } from "../../thread-priority.ts"
import { fitCurve } from "./fit.ts"

yieldToEventLoop()

/** What a thread of the fitter's pool runs: piscina hands it a FitTask and takes back the Fit. */
export default fitCurve
