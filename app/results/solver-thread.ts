import { solve } from "../optimizer/index.ts"

/** What a thread of the solver's pool runs: piscina hands it a Problem and takes back the Solution. */
export default solve
