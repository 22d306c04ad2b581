import DataLoader from "dataloader"
import type { Context } from "../data/audit.ts"
import { type AuditAction, writeAudit } from "../data/audit.ts"
import type { Database, Queryable } from "../data/database.ts"
import { uuidPattern } from "../data/id.ts"
import { type PageQuery, readCursor, readLimit, writeCursor } from "../data/page.ts"
import { meansUnavailable } from "../data/unavailable.ts"
import { ProblemError } from "../problem.ts"
import type { Written } from "./answer-task.ts"
import { inlineModel } from "./problem.ts"
import type { Answer, OptimizeRequest, ResultPage, ResultSummary, StoredResult } from "./schema.ts"

/** A result belongs to the actor that asked for it: nobody else lists, reads or deletes it. */
export interface NewResult {
  readonly context: Context
  readonly request: OptimizeRequest
  readonly answer: Pick<Written, "id" | "createdAt" | "json">
}

/** The most rows that one INSERT carries. */
const largestGroup = 200

/**
 * Inserts results and their audit rows by one statement. Call it in the transaction of whatever must happen together
 * with them. The rows are one JSON text: as arrays of texts, in which every quote of an answer is escaped, they take this
 * process twice the time.
 */
export async function insertResults(db: Queryable, results: readonly NewResult[]): Promise<void> {
  await db.query(
    `WITH given AS (
       SELECT * FROM jsonb_to_recordset($1::jsonb)
       AS given (id uuid, actor text, created_at timestamptz, request_id text, request jsonb, answer jsonb)
     ), audited AS (
       INSERT INTO audit (at, actor, action, subject, request_id)
       SELECT created_at, actor, $2, id, request_id FROM given
     )
     INSERT INTO results (id, actor, created_at, request, answer)
     SELECT id, actor, created_at, request, answer FROM given`,
    [`[${results.map(rowOf).join(",")}]`, "result.created" satisfies AuditAction],
  )
}

/** One row as JSON, by the names of the columns; the answer is JSON already. */
function rowOf({ context, request, answer }: NewResult): string {
  const { id, createdAt, json } = answer
  const row = { id, actor: context.actor, created_at: createdAt, request_id: context.requestId, request }
  return `${JSON.stringify(row).slice(0, -1)},"answer":${json}}`
}

export interface ResultStore {
  /** Resolves once the result is in the database. Throws database-unavailable. */
  store(result: NewResult): Promise<void>
}

/**
 * Stores results in groups: what comes while an INSERT is under way waits and goes together in the next. Under load
 * the database sees a few large statements, and a lone result waits for nothing.
 */
export function createResultStore(db: Queryable): ResultStore {
  let underWay: Promise<unknown> = Promise.resolve()
  const loader = new DataLoader<NewResult, true>(
    (results) => {
      const stored = storeGroup(db, results)
      underWay = stored
      return stored
    },
    {
      cache: false,
      maxBatchSize: largestGroup,
      batchScheduleFn: (dispatch) => {
        // One turn of the event loop even when nothing is under way: requests that were read together go together.
        const after = () => setImmediate(dispatch)
        underWay.then(after, after)
      },
    },
  )
  return {
    async store(result) {
      await loader.load(result)
    },
  }
}

/** A row that the database refuses must not fail the others of its group: they are tried again one by one. */
async function storeGroup(db: Queryable, results: readonly NewResult[]): Promise<(true | Error)[]> {
  try {
    await insertResults(db, results)
    return results.map(() => true)
  } catch (error) {
    if (results.length === 1 || meansUnavailable(error)) return results.map(() => asError(error))
    const outcomes: (true | Error)[] = []
    for (const result of results) outcomes.push(...(await storeGroup(db, [result])))
    return outcomes
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

interface SummaryRow {
  readonly id: string
  readonly created_at: Date
  readonly goal: string
  readonly method: ResultSummary["method"]
  readonly channels: number
  readonly totals: ResultSummary["totals"]
}

/** The actor's results, newest first. Throws invalid-parameter. */
export async function listResults(db: Queryable, { actor }: Context, query: PageQuery = {}): Promise<ResultPage> {
  const limit = readLimit(query)
  const [createdAt, id] =
    query.cursor === undefined
      ? []
      : readCursor(query.cursor, [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, uuidPattern])
  const rows = await db.query<SummaryRow>(
    `SELECT id, created_at, answer->>'goal' AS goal, answer->>'method' AS method, answer->'totals' AS totals,
            jsonb_array_length(answer->'channels') AS channels
     FROM results
     WHERE actor = $1 AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
     ORDER BY created_at DESC, id DESC LIMIT $4`,
    [actor, createdAt ?? null, id ?? null, limit + 1],
  )
  const items = rows.slice(0, limit).map(({ created_at, ...row }) => ({ ...row, createdAt: created_at.toISOString() }))
  const last = items.at(-1)
  return { items, next: rows.length > limit && last !== undefined ? writeCursor([last.createdAt, last.id]) : null }
}

/** One result of the actor with its request. Throws not-found, also for a result of somebody else. */
export async function readResult(db: Queryable, id: string, { actor }: Context): Promise<StoredResult> {
  const rows = uuidPattern.test(id)
    ? await db.query<{ request: OptimizeRequest; answer: Answer }>(
        "SELECT request, answer FROM results WHERE id = $1 AND actor = $2",
        [id, actor],
      )
    : []
  const [row] = rows
  if (row === undefined) throw noSuchResult(id)
  return { ...row.answer, request: row.request }
}

export interface ResultText {
  readonly request: string
  readonly answer: string
  /** The stored models that the answer names. */
  readonly models: readonly string[]
  /** Channels times periods. */
  readonly spends: number
}

/** The same as JSON, unread: that of a large result takes longer to read than a request may hold others up. */
export async function readResultText(db: Queryable, id: string, { actor }: Context): Promise<ResultText> {
  const rows = uuidPattern.test(id)
    ? await db.query<ResultText>(
        `SELECT request::text, answer::text,
                jsonb_array_length(answer->'channels') * coalesce(jsonb_array_length(answer#>'{periods,totals}'), 1) AS spends,
                ARRAY(
                  SELECT DISTINCT channel->>'model' FROM jsonb_array_elements(answer->'channels') AS channel
                  WHERE channel->>'model' <> $3
                ) AS models
         FROM results WHERE id = $1 AND actor = $2`,
        [id, actor, inlineModel],
      )
    : []
  const [row] = rows
  if (row === undefined) throw noSuchResult(id)
  return row
}

/** Deletes one result of the actor and writes its audit row. Throws not-found. */
export async function deleteResult(db: Database, id: string, context: Context): Promise<void> {
  if (!uuidPattern.test(id)) throw noSuchResult(id)
  await db.transaction(async (tx) => {
    const rows = await tx.query("DELETE FROM results WHERE id = $1 AND actor = $2 RETURNING id", [id, context.actor])
    if (rows.length === 0) throw noSuchResult(id)
    await writeAudit(tx, { ...context, action: "result.deleted", subject: id })
  })
}

function noSuchResult(id: string): ProblemError {
  return new ProblemError("not-found", `You have no result ${JSON.stringify(id)}.`)
}
