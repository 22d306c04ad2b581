import type { Plan } from "../../../infra/plan/resource.ts"
import { aws } from "../../../infra/targets/aws/index.ts"
import { planOn } from "../../support/infra/planned.ts"

export { assertBefore, find, inputs, ofType } from "../../support/infra/planned.ts"

/** A production stack with a zone of its own. */
export const production = {
  "atlas:cloud": "aws",
  "atlas:environment": "production",
  "atlas:domain": "optimizer.example.com",
  "atlas:alertEmail": "oncall@example.com",
  "aws:region": "eu-central-1",
  "atlas:zoneId": "Z0123456789EXAMPLE",
  "atlas:apiCidrs": "203.0.113.0/24",
} as const

export const development = {
  "atlas:cloud": "aws",
  "atlas:environment": "development",
  "aws:region": "us-east-1",
  "atlas:apiCidrs": "203.0.113.0/24",
} as const

/** The plan of a stack on this target: every resource, with its inputs as plain values. */
export const planStack = (config: Readonly<Record<string, string>>, stack?: string): Promise<Plan> =>
  planOn(aws, config, stack)
