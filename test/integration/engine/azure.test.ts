import { describeUnderEngine } from "./suite.ts"

describeUnderEngine("azure")
