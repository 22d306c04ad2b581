import { chosenSubject } from "./chosen.ts"
import { gatewaySuite } from "./suite.ts"

gatewaySuite(chosenSubject())
