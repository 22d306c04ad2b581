/** One picture of the dashboard, in no tool's words. */
export interface Panel {
  readonly title: string
  /** What it tells, as a sentence. */
  readonly tells: string
  readonly unit: Unit
  readonly queries: readonly Query[]
}

export type Unit = "requests a second" | "seconds" | "share" | "bytes" | "count" | "days"

export interface Query {
  readonly legend: string
  readonly promql: string
}

/** How answers are told apart: by the first digit of their status. */
export const statusClasses = ["2", "3", "4", "5"] as const
/** Of which shares of requests a time is shown. */
export const shares = [0.5, 0.95, 0.99] as const
