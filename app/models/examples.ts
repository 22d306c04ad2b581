import type { Context } from "../data/audit.ts"
import type { Database } from "../data/database.ts"
import type { Log } from "../data/log.ts"
import { insertModel } from "./models.ts"
import type { NewModel } from "./schema.ts"

const unit = "conversions per month"
const origin = "An example, not fitted to any data: replace it with a model of your own before you rely on a number."

/**
 * Example curves for the usual channels, of spend in money a month. All are concave and saturate where a mid-sized
 * advertiser's would: brand channels high and late, intent channels (search, email) steep and early. Every answer that
 * uses one says so.
 */
export const exampleModels: readonly NewModel[] = [
  { name: "tv", curve: { type: "michaelis-menten", scale: 12_000, halfSaturation: 260_000 } },
  { name: "digital", curve: { type: "michaelis-menten", scale: 16_000, halfSaturation: 240_000 } },
  { name: "search", curve: { type: "hill", scale: 9_000, halfSaturation: 90_000, slope: 0.9 } },
  { name: "social", curve: { type: "michaelis-menten", scale: 8_000, halfSaturation: 120_000 } },
  { name: "display", curve: { type: "log", scale: 1_100, rate: 0.00004 } },
  { name: "video", curve: { type: "tanh", scale: 6_500, acquisitionCost: 24 } },
  { name: "radio", curve: { type: "michaelis-menten", scale: 2_600, halfSaturation: 70_000 } },
  { name: "print", curve: { type: "logistic", scale: 1_800, rate: 0.00002 } },
  { name: "outdoor", curve: { type: "michaelis-menten", scale: 2_200, halfSaturation: 110_000 } },
  { name: "email", curve: { type: "hill", scale: 3_000, halfSaturation: 12_000, slope: 0.8 } },
  { name: "affiliate", curve: { type: "power", scale: 4.5, exponent: 0.6 } },
  { name: "influencer", curve: { type: "michaelis-menten", scale: 3_400, halfSaturation: 95_000 } },
].map((model) => ({ ...model, unit, description: origin }) as NewModel)

const seeder: Context = { actor: "atlas", requestId: "seed" }

/**
 * Stores the example models in a database that has never had a model. Processes that start together wait for each
 * other, and one of them stores.
 * @returns how many were stored: all or none.
 */
export async function seedExamples(db: Database, log: Log): Promise<number> {
  const stored = await db.transaction(async (tx) => {
    await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('atlas examples', 0))")
    const [row] = await tx.query<{ empty: boolean }>("SELECT NOT EXISTS (SELECT FROM models) AS empty")
    if (row?.empty !== true) return 0
    for (const model of exampleModels) await insertModel(tx, { ...model, example: true }, seeder)
    return exampleModels.length
  })
  if (stored > 0) log.info({ event_type: "seed", models: stored }, "The database had no models; examples were stored")
  return stored
}
