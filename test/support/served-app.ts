import { after, before } from "node:test"
import { startApp, type TestApp } from "./app.ts"
import { startPostgres, type TestPostgres } from "./postgres.ts"

/** The app on a database of its own, from before the first to after the last test of the suite that asks for it. */
export interface ServedApp<Postgres extends TestPostgres = TestPostgres> {
  readonly app: TestApp
  readonly postgres: Postgres
  readonly databaseUrl: string
}

export const withApp = (): ServedApp => withAppOn(startPostgres)

/** The same on a database that `start` starts. */
export function withAppOn<Postgres extends TestPostgres>(start: () => Promise<Postgres>): ServedApp<Postgres> {
  let postgres: Postgres | undefined
  let app: TestApp | undefined
  before(async () => {
    postgres = await start()
    app = await startApp(postgres.url)
  })
  after(async () => {
    await app?.close()
    await postgres?.close()
  })
  const present = <Part>(part: Part | undefined): Part => {
    if (part === undefined) throw new Error("The suite has not begun")
    return part
  }
  return {
    get app() {
      return present(app)
    },
    get postgres() {
      return present(postgres)
    },
    get databaseUrl() {
      return present(postgres).url
    },
  }
}
