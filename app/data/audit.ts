import type { Queryable } from "./database.ts"

/** Who asks, and by which request: passes from the route to whatever writes. */
export interface Context {
  /** The consumer, token subject or operator that the service knows the client as. */
  readonly actor: string
  readonly requestId: string
}

export type AuditAction =
  | "model.created"
  | "model.deleted"
  | "result.created"
  | "result.deleted"
  | "job.submitted"
  | "job.cancelled"
  | "mode.changed"

export interface AuditEntry extends Context {
  readonly action: AuditAction
  /** What was acted on: a model's name and version, a result's or job's id, the mode. */
  readonly subject: string
  readonly detail?: Readonly<Record<string, unknown>>
}

/** Writes one audit row. Call it in the transaction of the change that it tells of. */
export async function writeAudit(tx: Queryable, entry: AuditEntry): Promise<void> {
  await tx.query("INSERT INTO audit (actor, action, subject, request_id, detail) VALUES ($1, $2, $3, $4, $5)", [
    entry.actor,
    entry.action,
    entry.subject,
    entry.requestId,
    entry.detail === undefined ? null : JSON.stringify(entry.detail),
  ])
}
