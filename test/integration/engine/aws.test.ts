import { describeUnderEngine } from "./suite.ts"

describeUnderEngine("aws")
