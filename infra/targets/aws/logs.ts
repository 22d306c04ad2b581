import * as aws from "@pulumi/aws"
import { seconds } from "../../spec/units.ts"
import type { Scope } from "./scope.ts"

const day = 86_400

/**
 * What CloudWatch can keep, in days; `check` refuses any other.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
 */
export const retentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const

/** How long logs are kept, in days. */
export const keptDays = ({ context }: Scope): number => seconds(context.spec.logs.keep) / day

export const createLogGroup = (scope: Scope, part: string, name: string): aws.cloudwatch.LogGroup =>
  new aws.cloudwatch.LogGroup(
    part,
    { name, retentionInDays: keptDays(scope), tags: scope.tags(part) },
    { parent: scope.parent },
  )
