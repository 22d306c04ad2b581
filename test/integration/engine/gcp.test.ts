import { describeUnderEngine } from "./suite.ts"

describeUnderEngine("gcp")
