import type { Context } from "./audit.ts"
import { writeAudit } from "./audit.ts"
import type { Queryable } from "./database.ts"
import type { Log } from "./log.ts"

/** `read-only` answers reads and unstored optimizations; `maintenance` answers health paths only. */
export const modes = ["normal", "read-only", "maintenance"] as const
export type Mode = (typeof modes)[number]

export async function readMode(db: Queryable): Promise<Mode> {
  const [row] = await db.query<{ mode: Mode }>("SELECT mode FROM service_mode")
  return row?.mode ?? "normal"
}

/** Changes the mode for every process on this database. Writes its audit row; call it in a transaction. */
export async function writeMode(tx: Queryable, mode: Mode, context: Context): Promise<void> {
  await tx.query(
    `INSERT INTO service_mode (mode, changed_by) VALUES ($1, $2)
     ON CONFLICT (singleton) DO UPDATE SET mode = $1, changed_by = $2, changed_at = now()`,
    [mode, context.actor],
  )
  await writeAudit(tx, { ...context, action: "mode.changed", subject: mode })
}

export interface ModeWatch {
  /** The mode that was last read; `normal` until the first read. */
  current(): Mode
  /** Reads now, so that the process that changed the mode need not wait for its next look. */
  refresh(): Promise<void>
  stop(): void
}

/**
 * Polls the mode and calls `onChange` with each that differs from the one before. While the database is away the last
 * known mode holds. Polled, not notified: a LISTEN needs a connection of its own in every process.
 */
export function watchMode(
  db: Queryable,
  onChange: (mode: Mode) => void,
  { intervalMs = 2_000, log }: { intervalMs?: number; log?: Log } = {},
): ModeWatch {
  let known: Mode = "normal"
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  async function refresh(): Promise<void> {
    const mode = await readMode(db)
    if (stopped || mode === known) return
    known = mode
    onChange(mode)
  }

  async function poll(): Promise<void> {
    await refresh().catch((error: unknown) => log?.debug({ err: error }, "The mode could not be read; the last holds"))
    if (!stopped) timer = setTimeout(poll, intervalMs).unref()
  }

  void poll()
  return {
    current: () => known,
    refresh,
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
