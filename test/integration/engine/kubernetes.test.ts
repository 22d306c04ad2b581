import { describeUnderEngine } from "./suite.ts"

describeUnderEngine("kubernetes")
