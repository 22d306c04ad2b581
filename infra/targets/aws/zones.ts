import type { AwsValues } from "./keys.ts"

/**
 * Letters of a region's zones where they are not the first of the alphabet: zone b of Tokyo and zone c of Canada take no
 * new accounts. Which zones an account has is its own affair, so `atlas:zones` overrides them:
 * https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html
 */
const letters: Readonly<Record<string, string>> = { "ap-northeast-1": "acd", "ca-central-1": "abd" }

/** The zones of the stack: the given ones, else the region's first. */
export function zonesOf(values: AwsValues, count: number): readonly string[] {
  const region = values["aws:region"]
  return values["atlas:zones"] ?? [...(letters[region] ?? "abcdef")].slice(0, count).map((letter) => region + letter)
}
