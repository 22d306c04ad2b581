import type { FieldError } from "../contract/problems.ts"
import { mostSpends } from "../optimizer/periods/problem.ts"
import { largest } from "../optimizer/schema.ts"
import { pointerToken } from "../validation.ts"
import { checkBounded, checkBounds, checkSize, unknownChannels } from "./bounds.ts"
import type { OptimizeRequest } from "./schema.ts"

/** What is wrong with a request's periods beyond their schema; empty where there are none. */
export function checkPeriods({ periods }: OptimizeRequest, budget: ReadonlyMap<string, number>): FieldError[] {
  if (periods === undefined) return []
  const { count, seasonality, past = {}, totals = [], channels = {} } = periods
  const spends = budget.size * count
  const today = [...budget.values()].reduce((sum, spend) => sum + spend, 0)
  return [
    ...(spends > mostSpends
      ? [
          {
            path: "/periods/count",
            message: `makes ${spends} spends, channels times periods: at most ${mostSpends} are solved`,
          },
        ]
      : []),
    ...(today <= largest && today * count > largest
      ? [{ path: "/periods/count", message: `makes a budget of ${today * count}; at most ${largest} is allowed` }]
      : []),
    ...(seasonality && seasonality.length !== count
      ? [
          {
            path: "/periods/seasonality",
            message: `has ${seasonality.length} numbers; it must have ${count}, one a period`,
          },
        ]
      : []),
    ...(seasonality ?? []).flatMap((factor, t) => checkSize(`/periods/seasonality/${t}`, factor)),
    ...unknownChannels("/periods/past", Object.keys(past), budget),
    ...Object.entries(past).flatMap(([channel, spent]) =>
      spent.flatMap((spend, k) => checkSize(`/periods/past/${pointerToken(channel)}/${k}`, spend)),
    ),
    ...checkEach("/periods/totals", totals, count),
    ...totals.flatMap(({ amount }, k) => checkSize(`/periods/totals/${k}/amount`, amount)),
    ...unknownChannels("/periods/channels", Object.keys(channels), budget),
    ...Object.entries(channels).flatMap(([channel, { byPeriod = [], ...horizon }]) => {
      const path = `/periods/channels/${pointerToken(channel)}`
      const spend = budget.get(channel) ?? 0
      return [
        ...checkBounds(path, horizon, spend * count),
        ...checkEach(`${path}/byPeriod`, byPeriod, count),
        ...byPeriod.flatMap((bounds, k) => [
          ...checkBounded(`${path}/byPeriod/${k}`, bounds),
          ...checkBounds(`${path}/byPeriod/${k}`, bounds, spend),
        ]),
      ]
    }),
  ]
}

/** Periods of a list: within the horizon, and each once. */
function checkEach(path: string, listed: readonly { period: number }[], count: number): FieldError[] {
  const seen = new Set<number>()
  return listed.flatMap(({ period }, k) => {
    const at = `${path}/${k}/period`
    if (period > count) return [{ path: at, message: `is ${period}; there are ${count}` }]
    const twice = seen.has(period)
    seen.add(period)
    return twice ? [{ path: at, message: `names period ${period} a second time` }] : []
  })
}
