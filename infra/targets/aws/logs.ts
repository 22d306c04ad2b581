import * as aws from "@pulumi/aws"
import { seconds } from "../../spec/units.ts"
import type { Scope } from "./scope.ts"

const day = 86_400

/** What CloudWatch can keep, in days: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const retentions = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3653]

/** The shortest retention that keeps logs as long as asked. Throws a RangeError where none does. */
export function retentionOf(days: number): number {
  const fit = retentions.find((retention) => retention >= days)
  if (fit === undefined) throw new RangeError(`CloudWatch keeps logs at most ${retentions.at(-1)} days, not ${days}`)
  return fit
}

export function createLogGroup(scope: Scope, part: string, name: string): aws.cloudwatch.LogGroup {
  const retentionInDays = retentionOf(seconds(scope.context.spec.logs.keep) / day)
  return new aws.cloudwatch.LogGroup(part, { name, retentionInDays, tags: scope.tags(part) }, { parent: scope.parent })
}
