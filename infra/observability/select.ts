import { bucketsOf, type Metric, metrics } from "../../app/contract/metrics.ts"
import { httpRoles } from "../../app/contract/roles.ts"
import { routes } from "../../app/contract/routes.ts"
import { requestsTotal, routeNames, sources } from "../gateway/metrics.ts"

/**
 * Labels that every series of a stack has where others' series lie beside them; none where the store is its own. Of
 * several values a series has one: names that mean themselves in a regular expression.
 */
export type StackLabels = Readonly<Record<string, string | readonly string[]>>

/** The series of a metric that are the stack's and fit the matchers, as PromQL selects them. */
export type Select = (metric: Metric | string, ...matchers: readonly string[]) => string

export const selecting =
  (labels: StackLabels = {}): Select =>
  (metric, ...matchers) => {
    const all = [...Object.entries(labels).map(matcherOf), ...matchers]
    const name = typeof metric === "string" ? metric : metric.name
    return all.length === 0 ? name : `${name}{${all.join(",")}}`
  }

const matcherOf = ([name, value]: readonly [string, string | readonly string[]]): string =>
  typeof value === "string" ? `${name}="${value}"` : `${name}=~"${value.join("|")}"`

/** Over what a rate is taken: ten collections where one comes every 30 s, so that a few may fail. */
export const rateWindow = "5m"

/** Requests that count for the objectives: those of the API, not those of probes, collectors and pages. */
const ofApi = `route=~"${routes.api}/.*"`

/** API requests a second. */
export const requestRate = (select: Select, window: string = rateWindow, ...matchers: readonly string[]): string =>
  `sum(rate(${select(metrics.httpRequests, ofApi, ...matchers)}[${window}]))`

/** API requests a second that the gateway had to fail by itself, as the app was not there or broke off: the app counts none of them. */
const undelivered = (select: Select, window: string): string => {
  const failures = [`route="${routeNames.api}"`, `source="${sources.gateway}"`, 'code=~"5.."']
  return `(sum(rate(${select(requestsTotal.name, ...failures)}[${window}])) or vector(0))`
}

/** API requests a second, those that no app saw among them. */
const asked = (select: Select, window: string, ...matchers: readonly string[]): string =>
  `((${requestRate(select, window, ...matchers)} or vector(0)) + ${undelivered(select, window)})`

/** The share of API requests that the service failed. What the client did wrong (4xx) is no failure of the service. */
export const errorShare = (select: Select, window: string = rateWindow): string =>
  `${asked(select, window, 'status=~"5.."')} / ${asked(select, window)}`

/** The time within which a share of API requests is answered, in seconds. */
export const latency = (select: Select, share: number): string =>
  `histogram_quantile(${share}, sum by (le) (rate(${select(bucketsOf(metrics.httpDuration), ofApi)}[${rateWindow}])))`

/** For how long the certificate is good that clients are shown, in seconds, as the app was shown it. */
export const certificateLeft = (select: Select): string => `min(${select(metrics.certificateExpiry)}) - time()`

/** Processes of the api that can answer. */
export const readyReplicas = (select: Select): string => `sum(${select(metrics.ready, `role="${httpRoles[0]}"`)})`
