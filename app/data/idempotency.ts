import { randomUUID } from "node:crypto"
import type { Queryable } from "./database.ts"

/**
 * How long a finished answer is kept, and when an attempt whose process died frees its key: as soon as no beat has come
 * for so many seconds, and whatever its beats say after so many minutes, as does an attempt of a release without beats.
 */
export const idempotencyLimits = { keptHours: 24, silentSeconds: 10, staleMinutes: 10 } as const

/** What makes two requests the same: the actor and the key choose the row, route and hash must then agree. */
export interface IdempotentRequest {
  readonly key: string
  readonly actor: string
  /** Method and path, such as "POST /api/v1/optimize". */
  readonly route: string
  /** A hash of the body. */
  readonly requestHash: string
}

export interface IdempotentAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type Idempotent =
  /** Nobody has asked this before. Finish or abandon with the token. */
  | { readonly state: "first"; readonly token: string }
  | ({ readonly state: "replay" } & IdempotentAnswer)
  | { readonly state: "in-progress" }
  /** The key was used for another route or body. */
  | { readonly state: "mismatch" }

interface Row {
  readonly route: string
  readonly request_hash: string
  readonly status: number | null
  readonly headers: Record<string, string> | null
  readonly body: string | null
}

/**
 * Claims the key, or says what has become of the request that claimed it before. All times are the database's own. Before
 * it started, nobody could beat: silence counts from then.
 */
export async function beginIdempotent(
  db: Queryable,
  request: IdempotentRequest,
  limits: { readonly silentSeconds: number } = idempotencyLimits,
): Promise<Idempotent> {
  const token = randomUUID()
  for (;;) {
    const claimed = await db.query(
      `INSERT INTO idempotency AS i (actor, key, route, request_hash, token, beat_at) VALUES ($1, $2, $3, $4, $5, now())
       ON CONFLICT (actor, key) DO UPDATE
       SET route = $3, request_hash = $4, token = $5, started_at = now(), beat_at = now(),
           finished_at = NULL, status = NULL, headers = NULL, body = NULL
       WHERE i.started_at < now() - make_interval(hours => $6)
          OR (i.finished_at IS NULL AND (
               i.started_at < now() - make_interval(mins => $7)
               OR (i.beat_at >= i.started_at
                   AND greatest(i.beat_at, pg_postmaster_start_time()) < now() - make_interval(secs => $8))))
       RETURNING i.token`,
      [
        request.actor,
        request.key,
        request.route,
        request.requestHash,
        token,
        idempotencyLimits.keptHours,
        idempotencyLimits.staleMinutes,
        limits.silentSeconds,
      ],
    )
    if (claimed.length === 1) return { state: "first", token }
    const [row] = await db.query<Row>(
      "SELECT route, request_hash, status, headers, body FROM idempotency WHERE actor = $1 AND key = $2",
      [request.actor, request.key],
    )
    // Without a row the other attempt gave the key up between the two statements: it can be claimed now.
    if (row !== undefined) return stateOf(row, request)
  }
}

function stateOf(row: Row, request: IdempotentRequest): Idempotent {
  if (row.route !== request.route || row.request_hash !== request.requestHash) return { state: "mismatch" }
  if (row.status === null) return { state: "in-progress" }
  return { state: "replay", status: row.status, headers: row.headers ?? {}, body: row.body ?? "" }
}

export type Claim = Pick<IdempotentRequest, "actor" | "key"> & { readonly token: string }

/**
 * Keeps the answer for the requests that repeat this one. An attempt whose claim was taken over keeps nothing.
 * Also removes a few answers that are past their time, which keeps the table small without a timer.
 */
export async function finishIdempotent(db: Queryable, claim: Claim & IdempotentAnswer): Promise<void> {
  await db.query(
    `WITH expired AS (
       DELETE FROM idempotency WHERE (actor, key) IN (
         SELECT actor, key FROM idempotency
         WHERE started_at < now() - make_interval(hours => $7) LIMIT 10 FOR UPDATE SKIP LOCKED
       )
     )
     UPDATE idempotency SET finished_at = now(), status = $4, headers = $5, body = $6
     WHERE actor = $1 AND key = $2 AND token = $3`,
    [
      claim.actor,
      claim.key,
      claim.token,
      claim.status,
      JSON.stringify(claim.headers),
      claim.body,
      idempotencyLimits.keptHours,
    ],
  )
}

/** Gives the key back after a failure that a repeated request need not meet again. */
export async function abandonIdempotent(db: Queryable, claim: Claim): Promise<void> {
  await db.query("DELETE FROM idempotency WHERE actor = $1 AND key = $2 AND token = $3", [
    claim.actor,
    claim.key,
    claim.token,
  ])
}
