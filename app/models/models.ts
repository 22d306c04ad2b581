import type { Context } from "../data/audit.ts"
import { writeAudit } from "../data/audit.ts"
import type { Database, Queryable } from "../data/database.ts"
import { type PageQuery, readCursor, readLimit, writeCursor } from "../data/page.ts"
import type { Curve } from "../optimizer/schema.ts"
import { ProblemError } from "../problem.ts"
import { assertCurve } from "./request.ts"
import { type Model, type ModelPage, modelNamePattern, type NewModel, referenceOf } from "./schema.ts"

interface Row {
  readonly name: string
  readonly version: number
  readonly curve: Curve
  readonly unit: string
  readonly description: string
  readonly example: boolean
  readonly created_at: Date
  readonly created_by: string
}

const columns = "name, version, curve, unit, description, example, created_at, created_by"

function toModel(row: Row): Model {
  return {
    name: row.name,
    version: row.version,
    curve: row.curve,
    unit: row.unit,
    description: row.description,
    example: row.example,
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
  }
}

/** The latest version of each name, by name. Models belong to all actors alike. */
export async function listModels(db: Queryable, query: PageQuery = {}): Promise<ModelPage> {
  const limit = readLimit(query)
  const [after = ""] = query.cursor === undefined ? [] : readCursor(query.cursor, [new RegExp(`^${modelNamePattern}$`)])
  // One more than asked for says whether there is a next page. "C" orders as the cursor compares, in any locale.
  const rows = await db.query<Row>(
    `SELECT DISTINCT ON (name COLLATE "C") ${columns} FROM models
     WHERE deleted_at IS NULL AND name COLLATE "C" > $1
     ORDER BY name COLLATE "C", version DESC LIMIT $2`,
    [after, limit + 1],
  )
  const items = rows.slice(0, limit).map(toModel)
  const last = items.at(-1)
  return { items, next: rows.length > limit && last !== undefined ? writeCursor([last.name]) : null }
}

/** One model: the latest version, or the one that is named. Throws not-found. */
export async function readModel(db: Queryable, name: string, version?: number): Promise<Model> {
  const reference = { name, version }
  const found = (await readModels(db, [reference]))[0]
  if (found === undefined) throw noSuchModel(name, version)
  return found
}

/** The versions of a name that are not deleted, newest first. Throws not-found when there is none. */
export async function listVersions(db: Queryable, name: string): Promise<Model[]> {
  const rows = await db.query<Row>(
    `SELECT ${columns} FROM models WHERE name = $1 AND deleted_at IS NULL ORDER BY version DESC`,
    [name],
  )
  if (rows.length === 0) throw noSuchModel(name)
  return rows.map(toModel)
}

interface Reference {
  readonly name: string
  readonly version?: number | undefined
}

/** The model of each reference, in their order, undefined where there is none. One statement for all. */
export const readModels = (db: Queryable, references: readonly Reference[]) => selectModels(db, references, false)

/** The same, deleted ones too: what a result names can be read as long as the result. */
export const readReferenced = (db: Queryable, references: readonly Reference[]) => selectModels(db, references, true)

async function selectModels(
  db: Queryable,
  references: readonly Reference[],
  deletedToo: boolean,
): Promise<(Model | undefined)[]> {
  const rows = await db.query<Row & { position: number }>(
    `SELECT r.position::integer, m.*
     FROM unnest($1::text[], $2::integer[]) WITH ORDINALITY AS r (wanted, wanted_version, position)
     CROSS JOIN LATERAL (
       SELECT ${columns} FROM models
       WHERE name = r.wanted AND (deleted_at IS NULL OR $3) AND (r.wanted_version IS NULL OR version = r.wanted_version)
       ORDER BY version DESC LIMIT 1
     ) m`,
    [references.map(({ name }) => name), references.map(({ version }) => version ?? null), deletedToo],
  )
  const found = new Map(rows.map((row) => [row.position - 1, toModel(row)]))
  return references.map((_, index) => found.get(index))
}

/**
 * Stores the next version of a name. Two that come at once wait for each other and get two versions. A version number
 * is never given twice, not even after deletion, because results name it. Throws invalid-body for a curve that its
 * schema lets pass and its formula does not.
 */
export async function createModel(db: Database, model: NewModel, context: Context): Promise<Model> {
  assertCurve(model.curve)
  return db.transaction((tx) => insertModel(tx, { ...model, example: false }, context))
}

/** Inserts one model and its audit row. Call it in a transaction. */
export async function insertModel(tx: Queryable, model: NewModel & { example: boolean }, context: Context) {
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('atlas model ' || $1::text, 0))", [model.name])
  const [row] = await tx.query<Row>(
    `INSERT INTO models (name, version, curve, unit, description, example, created_by)
     SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6 FROM models WHERE name = $1
     RETURNING ${columns}`,
    [
      model.name,
      JSON.stringify(model.curve),
      model.unit ?? "responses",
      model.description ?? "",
      model.example,
      context.actor,
    ],
  )
  if (row === undefined) throw new Error(`Model ${model.name} was inserted, but no row came back.`)
  const stored = toModel(row)
  await writeAudit(tx, { ...context, action: "model.created", subject: referenceOf(stored) })
  return stored
}

/** Hides one version of a name, or all of them: results that name it keep their meaning. Throws not-found. */
export async function deleteModel(db: Database, name: string, context: Context, version?: number): Promise<void> {
  await db.transaction(async (tx) => {
    const rows = await tx.query<{ version: number }>(
      `UPDATE models SET deleted_at = now()
       WHERE name = $1 AND deleted_at IS NULL AND ($2::integer IS NULL OR version = $2)
       RETURNING version`,
      [name, version ?? null],
    )
    if (rows.length === 0) throw noSuchModel(name, version)
    const versions = rows.map((row) => row.version).sort((a, b) => a - b)
    await writeAudit(tx, { ...context, action: "model.deleted", subject: name, detail: { versions } })
  })
}

function noSuchModel(name: string, version?: number): ProblemError {
  const subject = version === undefined ? name : referenceOf({ name, version })
  return new ProblemError("not-found", `There is no model "${subject}".`)
}
