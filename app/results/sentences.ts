import type { ReportChannel } from "./report-schema.ts"
import type { Answer, StoredResult } from "./schema.ts"

const number = new Intl.NumberFormat("en", { maximumSignificantDigits: 5 })
const percent = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1, signDisplay: "exceptZero" })

/** As a reader wants it: five digits are enough, and no price is endless in words. */
const say = (value: number | null) => (value === null ? "more than any number" : number.format(value))
const signed = (value: number) => `${value > 0 ? "+" : "−"}${number.format(Math.abs(value))}`

/** Moves below this share of the whole spend are rounding, not advice. */
const noMove = 1e-6

/** What changes in a channel, by how much, and why. */
export function channelSentence(row: Omit<ReportChannel, "sentence" | "curve">, wholeSpend: number): string {
  const { channel, spend, marginalRoi, bound, shadowPrice } = row
  const stays = Math.abs(spend.change) <= noMove * wholeSpend
  const relative = spend.relative === null ? "from nothing" : percent.format(spend.relative)
  const what = stays
    ? `${channel} stays at ${say(spend.optimal)}`
    : `${channel} goes from ${say(spend.today)} to ${say(spend.optimal)} (${relative})`
  if (bound === "pinned") return `${what}, where it is pinned.`
  if (bound !== null)
    return `${what}, its ${bound}: relaxing that by one unit changes the objective by ${say(shadowPrice)}.`
  if (stays) return `${what}: one more unit of spend returns ${say(marginalRoi.optimal)}.`
  return `${what}: one more unit of spend returns ${say(marginalRoi.today)} today and ${say(marginalRoi.optimal)} then.`
}

export function constraintSentence({ name, value, bound, shadowPrice }: Answer["constraints"][number]): string {
  if (bound === null) return `${name} stands at ${say(value)} and does not bind.`
  return `${name} binds at its ${bound}, ${say(value)}: relaxing it by one unit changes the objective by ${say(shadowPrice)}.`
}

/** The whole in a few sentences: what is sought, what it brings, what moves, and how sure that is. */
export function summaryOf(result: StoredResult, rows: readonly Pick<ReportChannel, "channel" | "spend">[]): string[] {
  const { totals, budget, gap } = result
  const { today, optimal, lift } = totals
  const equal = Math.abs(lift.response) <= noMove * Math.max(today.response, optimal.response)
  const relative = lift.relative === null ? "" : ` (${percent.format(lift.relative)})`
  const gain = equal ? "the same" : `${signed(lift.response)}${relative}`
  const moved = rows.filter(({ spend }) => Math.abs(spend.change) > noMove * Math.max(today.spend, optimal.spend))
  const by = (sign: 1 | -1) =>
    moved
      .filter(({ spend }) => sign * spend.change > 0)
      .sort((a, b) => sign * (b.spend.change - a.spend.change))
      .slice(0, 3)
      .map(({ channel, spend }) => `${channel} (${signed(spend.change)})`)
      .join(", ")
  const [to, from] = [by(1), by(-1)]
  return [
    `Sought: ${goalOf(result)}.`,
    `Spending ${say(optimal.spend)} where ${say(today.spend)} is spent today earns ${say(optimal.response)} where ` +
      `${say(today.response)} is earned: ${gain}.`,
    moves(to, from),
    ...(budget.total === null
      ? []
      : [`One more unit of the total, ${say(budget.total)}, changes the objective by ${say(budget.shadowPrice)}.`]),
    `No allocation is better by more than ${gap === 0 ? "rounding" : `a share of ${gap.toExponential(1)}`}: that is certified.`,
    ...(result.stopped === undefined ? [] : [endSentence[result.stopped]]),
  ]
}

/** Why that share is not smaller. */
const endSentence: Record<NonNullable<Answer["stopped"]>, string> = {
  deadline:
    "The search was ended by its time limit: with more time it may find something better, or that there is nothing.",
  limit: "The search was ended by its own limit of steps: with tighter bounds or fewer channels it needs fewer.",
  precision:
    "The numbers of this problem lie too far apart for a smaller share: choose units in which they are nearer.",
}

function moves(to: string, from: string): string {
  if (to === "" && from === "") return "Nothing moves: today's allocation is the best there is."
  const directions = [...(to === "" ? [] : [`to ${to}`]), ...(from === "" ? [] : [`from ${from}`])]
  return `Most spend is moved ${directions.join(", ")}.`
}

function goalOf({ request, goal }: StoredResult): string {
  const { objective } = request
  switch (objective?.goal) {
    case "profit":
      return `the most profit, at ${say(objective.valuePerResponse)} a response`
    case "least-spend":
      return `the least spend that earns ${say(objective.response)}`
    case "roi":
      return `the most response with a return of at least ${say(objective.target)}`
    case "marginal-roi":
      return `spend in each channel until its next unit returns ${say(objective.target)}`
    default:
      return `the most ${goal}`
  }
}
