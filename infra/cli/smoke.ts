import { headers } from "../../app/contract/headers.ts"
import { routes } from "../../app/contract/routes.ts"
import { UsageError } from "./exit-codes.ts"

/** The guide's first optimization: today's spend, and what may be spent. */
export const firstRequest = {
  budget: { tv: 100_000, digital: 200_000 },
  constraints: { total: 300_000 },
} as const

/** How long the guide gives the optimization, and how long the others may take at most. */
const optimizeSeconds = 30
const answerSeconds = 10

/** The share of the total by which an allocation's sum may miss it. */
const sumTolerance = 1e-6

export interface Check {
  readonly name: string
  /** Method and path. */
  readonly request: string
  readonly passed: boolean
  /** Undefined when no answer came. */
  readonly status: number | undefined
  readonly milliseconds: number
  readonly detail: string
}

interface Test {
  readonly name: string
  readonly method: "GET" | "POST"
  readonly path: string
  readonly body?: unknown
  readonly seconds: number
  readonly statuses: readonly number[]
  /** Looks at the body of an answer whose status is right: what was found, or an Error that says what is wrong. */
  judge(body: unknown, status: number): string | Error
}

const tests: readonly Test[] = [
  {
    name: "health",
    method: "GET",
    path: routes.health,
    seconds: answerSeconds,
    statuses: [200],
    judge: () => "alive",
  },
  {
    name: "models",
    method: "GET",
    path: routes.models,
    seconds: answerSeconds,
    statuses: [200, 401],
    judge: (_body, status) => (status === 401 ? "asks for a key" : "listed"),
  },
  {
    name: "optimize",
    method: "POST",
    path: routes.optimize,
    body: firstRequest,
    seconds: optimizeSeconds,
    statuses: [200, 201],
    judge: judgeAllocation,
  },
]

/**
 * Tests a stack through its gateway at `url`, with a consumer's key where it asks for one. The key is in no result.
 * Throws a UsageError for what is no http or https URL.
 */
export async function smokeTest(url: string, key?: string, signal?: AbortSignal): Promise<Check[]> {
  const base = URL.parse(url)
  if (base === null || !/^https?:$/.test(base.protocol)) {
    throw new UsageError(
      `"${url}" is no URL of a stack: write it with http:// or https://, such as https://atlas.example.com`,
    )
  }
  const checks: Check[] = []
  for (const test of tests) checks.push(await run(test, base, key, signal))
  return checks
}

async function run(test: Test, base: URL, key: string | undefined, signal?: AbortSignal): Promise<Check> {
  const { name, method, path } = test
  const started = performance.now()
  const checked = (passed: boolean, status: number | undefined, detail: string): Check => ({
    name,
    request: `${method} ${path}`,
    passed,
    status,
    milliseconds: Math.round(performance.now() - started),
    detail,
  })
  try {
    const timeout = AbortSignal.timeout(test.seconds * 1000)
    const response = await fetch(new URL(base.pathname.replace(/\/$/, "") + path, base), {
      method,
      headers: {
        ...(key === undefined ? {} : { [headers.apiKey]: key }),
        ...(test.body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      ...(test.body === undefined ? {} : { body: JSON.stringify(test.body) }),
      // A redirect would carry the key to whatever host it names.
      redirect: "manual",
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    })
    const body = await response.text()
    if (!test.statuses.includes(response.status)) {
      return checked(false, response.status, explain(test, response, body, key !== undefined))
    }
    const verdict = test.judge(parseJson(body), response.status)
    return verdict instanceof Error
      ? checked(false, response.status, verdict.message)
      : checked(true, response.status, verdict)
  } catch (error) {
    return checked(false, undefined, reasonOf(error, test.seconds))
  }
}

function explain(test: Test, response: Response, body: string, hadKey: boolean): string {
  const expected = `expected ${test.statuses.join(" or ")}`
  if (response.status === 401) {
    return `${expected}; ${hadKey ? "the key is not known there" : "give an API key with --key or ATLAS_KEY"}`
  }
  const location = response.headers.get("location")
  if (location !== null) return `${expected}; it redirects to ${location}: use that address`
  return `${expected}; it says: ${body.slice(0, 300).replaceAll(/\s+/g, " ") || "nothing"}`
}

function judgeAllocation(body: unknown): string | Error {
  const total = firstRequest.constraints.total
  const allocation = body !== null && typeof body === "object" && "allocation" in body ? body.allocation : undefined
  const amounts = allocation !== null && typeof allocation === "object" ? Object.values(allocation) : []
  if (amounts.length === 0 || !amounts.every((amount): amount is number => Number.isFinite(amount))) {
    return new Error("the answer has no allocation of amounts by channel")
  }
  const sum = amounts.reduce((left, right) => left + right, 0)
  return Math.abs(sum - total) <= total * sumTolerance
    ? `the allocation adds up to ${total}`
    : new Error(`the allocation adds up to ${sum} where the total is ${total}`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** fetch says only "fetch failed"; the reason is its cause. */
function reasonOf(error: unknown, seconds: number): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === "TimeoutError") return `no answer within ${seconds} s`
  return error.cause instanceof Error ? error.cause.message || String(error.cause) : error.message
}
