import { bucketsOf } from "../../app/contract/metrics.ts"
import { latencies, requestsTotal, sources } from "../gateway/metrics.ts"
import { type Panel, shares, statusClasses } from "./panel.ts"
import { rateWindow, type Select } from "./select.ts"

/** Kong's own count and clocks: every request of a route, also those that it refuses. Its times are in milliseconds. */
export function gatewayPanels(select: Select): readonly Panel[] {
  const rate = (matcher: string) => `sum(rate(${select(requestsTotal.name, matcher)}[${rateWindow}])) or vector(0)`
  const within = ({ name }: { readonly name: string }) =>
    shares.map((share) => ({
      legend: `p${share * 100}`,
      promql: `histogram_quantile(${share}, sum by (le) (rate(${select(bucketsOf({ name }))}[${rateWindow}]))) / 1000`,
    }))
  return [
    {
      title: "Gateway answers",
      tells: "answers a second that left the gateway, by the first digit of their status, and how many were its own",
      unit: "requests a second",
      queries: [
        ...statusClasses.map((digit) => ({ legend: `${digit}xx`, promql: rate(`code=~"${digit}.."`) })),
        { legend: "the gateway's own", promql: rate(`source="${sources.gateway}"`) },
      ],
    },
    {
      title: "Time in the gateway",
      tells: "within what time a half, 95 % and 99 % of requests have passed the gateway's rules",
      unit: "seconds",
      queries: within(latencies.gateway),
    },
    {
      title: "Time behind the gateway",
      tells: "within what time the app has begun a half, 95 % and 99 % of its answers, as the gateway sees it",
      unit: "seconds",
      queries: within(latencies.upstream),
    },
  ]
}
