import { headers } from "../../../app/contract/headers.ts"
import { type ProblemCode, problems } from "../../../app/contract/problems.ts"
import { securityHeaders } from "../../../app/contract/security.ts"
import { block, type Directive, headerVariable, quoted } from "./nginx-text.ts"

/** nginx's own answers in the form of the app's, and the headers that every answer carries. */

/** What is said where no replica can be reached, by nginx or by a gateway, and the seconds until another try is worth it. */
const awayStatuses = [502, 503] as const
const awaySeconds = 10

/** The variable with a request's id: the client's, or one that nginx makes. */
export const requestId = "$correlation"

const sent = (name: string) => `$sent_${name.toLowerCase().replaceAll("-", "_")}`

const whenToRetry = "Retry-After"
const ownRetryAfter = "$own_retry_after"

/**
 * Each header as the gateway sent it, or the contract's where nginx itself answers: never twice, and never none. A
 * gateway that reaches no api does not say when to ask again, so that is said for it. `limitSeconds`: after how long the
 * slowest limit lets one more request pass.
 */
export const headerMaps = (limitSeconds: number): readonly Directive[] => [
  block(`map ${headerVariable("http", headers.requestId)} ${requestId}`, [
    '"" $request_id',
    `default ${headerVariable("http", headers.requestId)}`,
  ]),
  block(`map $status ${ownRetryAfter}`, [
    `429 ${limitSeconds}`,
    ...awayStatuses.map((status) => `${status} ${awaySeconds}`),
    'default ""',
  ]),
  ...[
    ...Object.entries(securityHeaders).map(([name, value]) => [name, `"${value}"`] as const),
    [whenToRetry, ownRetryAfter] as const,
  ].map(([name, otherwise]) =>
    block(`map ${headerVariable("upstream_http", name)} ${sent(name)}`, [
      `"" ${otherwise}`,
      `default ${headerVariable("upstream_http", name)}`,
    ]),
  ),
]

const names = [...Object.keys(securityHeaders), headers.requestId, whenToRetry]

/** The gateway's own are taken off: they are put on again below. */
export const hiddenHeaders: readonly Directive[] = names.map((name) => `proxy_hide_header ${name}`)

/** A level that adds a header of its own loses those of the level above, so it has to say all again. */
export const addedHeaders: readonly Directive[] = [
  ...[...Object.keys(securityHeaders), whenToRetry].map((name) => `add_header ${name} ${sent(name)} always`),
  `add_header ${headers.requestId} ${requestId} always`,
]

interface OwnAnswer {
  readonly status: number
  readonly location: string
  /** A code of the contract; without one the answer is only its status, as RFC 9457 section 4.2.1 has it. */
  readonly code?: ProblemCode
  readonly title?: string
  readonly detail: string
  /** Seconds, as in the header. */
  readonly retryAfter?: number
}

/** Not 400: a path that cannot be read has no place from which nginx could go to a location. */
const ownAnswers = (limitSeconds: number): readonly OwnAnswer[] => [
  { status: 404, location: "@not_found", code: "not-found", detail: "Nothing answers at this path." },
  { status: 413, location: "@too_large", code: "body-too-large", detail: "Send a smaller body." },
  {
    status: 429,
    location: "@rate_limited",
    code: "rate-limited",
    detail: `Too many requests came from your address. Try again in ${limitSeconds} s.`,
    retryAfter: limitSeconds,
  },
  {
    status: 502,
    location: "@no_gateway",
    title: "Bad Gateway",
    detail: "No replica can be reached.",
    retryAfter: awaySeconds,
  },
  { status: 504, location: "@late", title: "Gateway Timeout", detail: "The replica took longer than a request may." },
]

function documentOf({ status, code, title, detail, retryAfter }: OwnAnswer): string {
  return JSON.stringify({
    type: code === undefined ? "about:blank" : `/problems/${code}`,
    title: code === undefined ? title : problems[code].title,
    status: code === undefined ? status : problems[code].status,
    detail,
    ...(retryAfter === undefined ? {} : { retry_after: retryAfter }),
  })
}

export function answerDirectives(limitSeconds: number): readonly Directive[] {
  const answers = ownAnswers(limitSeconds)
  return [
    ...answers.map(({ status, location }) => `error_page ${status} ${location}`),
    ...answers.map((answer) =>
      block(`location ${answer.location}`, [
        "internal",
        "default_type application/problem+json",
        `return ${answer.status} ${quoted(documentOf(answer))}`,
      ]),
    ),
  ]
}
