import type { Queryable } from "./database.ts"
import { type Claim, idempotencyLimits } from "./idempotency.ts"
import type { Log } from "./log.ts"

/** Several beats may be missed, by a slow database or a busy process, before a claim counts as left. */
const beatsUntilSilent = 5

export interface HeldClaims {
  /** Beats for the claim from now on. */
  add(claim: Claim): void
  remove(claim: Claim): void
  stop(): void
}

/**
 * Says to the database, in one statement a beat for all claims of this process, that they are worked on: other processes
 * may take over what is silent for `idempotencyLimits.silentSeconds`. A request that is answered within a beat costs no
 * statement. Beats are chosen over a session's advisory lock: that takes a connection more in each process, is not there
 * behind a pooler that lends connections by the transaction, and ends with its connection, though the work goes on.
 */
export function holdClaims(
  db: Queryable,
  log: Log,
  beatMs: number = (idempotencyLimits.silentSeconds * 1000) / beatsUntilSilent,
): HeldClaims {
  const held = new Set<Claim>()
  let timer: NodeJS.Timeout | undefined
  let isStopped = false

  function schedule(): void {
    if (timer === undefined && held.size > 0 && !isStopped) timer = setTimeout(() => void beat(), beatMs).unref()
  }

  async function beat(): Promise<void> {
    const claims = [...held]
    if (claims.length > 0) {
      await beatClaims(db, claims)
        .then((lost) => {
          for (const claim of claims) if (lost.has(claim.token) && held.delete(claim)) sayLost(log, claim)
        })
        .catch((error: unknown) => log.debug({ err: error }, "The idempotency keys' beat failed; the next may not"))
    }
    timer = undefined
    schedule()
  }

  return {
    add(claim) {
      held.add(claim)
      schedule()
    },
    remove(claim) {
      held.delete(claim)
    },
    stop() {
      isStopped = true
      clearTimeout(timer)
    },
  }
}

/** The tokens of the claims that another request has taken over. */
async function beatClaims(db: Queryable, claims: readonly Claim[]): Promise<Set<string>> {
  const rows = await db.query<{ token: string }>(
    `UPDATE idempotency AS i SET beat_at = now()
     FROM unnest($1::text[], $2::text[], $3::uuid[]) AS c(actor, key, token)
     WHERE i.actor = c.actor AND i.key = c.key AND i.token = c.token
     RETURNING i.token`,
    [claims.map(({ actor }) => actor), claims.map(({ key }) => key), claims.map(({ token }) => token)],
  )
  const kept = new Set(rows.map(({ token }) => token))
  return new Set(claims.map(({ token }) => token).filter((token) => !kept.has(token)))
}

function sayLost(log: Log, { actor }: Claim): void {
  log.warn(
    { event_type: "idempotency", actor },
    "An idempotency key was taken over by another request: this process was silent for too long",
  )
}
