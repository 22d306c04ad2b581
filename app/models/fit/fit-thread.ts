import { fitCurve } from "./fit.ts"

/** What a thread of the fitter's pool runs: piscina hands it a FitTask and takes back the Fit. */
export default fitCurve
