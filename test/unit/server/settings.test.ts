import assert from "node:assert/strict"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, it } from "node:test"
import { bursts } from "../../../app/contract/rates.ts"
import { httpRoles, workRoles } from "../../../app/contract/roles.ts"
import { service } from "../../../app/contract/service.ts"
import { readSettings, SettingsError } from "../../../app/server/settings.ts"

const DATABASE_URL = "postgres://user:hunter2@localhost/atlas"

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readSettings(environment)
  } catch (error) {
    if (error instanceof SettingsError) return error.problems
    throw error
  }
  return []
}

describe("settings", () => {
  it("need nothing but a database, and take the contract's figures", () => {
    const settings = readSettings({ DATABASE_URL })
    assert.equal(settings.HTTP_PORT, service.port)
    assert.deepEqual(settings.roles, [...httpRoles, ...workRoles])
    assert.equal(settings.OPTIMIZE_BURST, bursts.optimize.burst)
    assert.equal(settings.AUTH, "gateway")
    assert.equal(settings.DEBUG_MODE, false)
    assert.equal(settings.REDIS_URL, undefined)
  })

  it("read text as numbers, switches and roles, and an empty variable as absent", () => {
    const settings = readSettings({
      DATABASE_URL,
      HTTP_PORT: "9",
      DEBUG_MODE: "true",
      ROLES: "worker,models",
      REDIS_URL: "",
    })
    assert.equal(settings.HTTP_PORT, 9)
    assert.equal(settings.DEBUG_MODE, true)
    assert.deepEqual(settings.roles, ["models", "worker"])
    assert.equal(settings.REDIS_URL, undefined)
  })

  it("name every variable that does not fit, at once", () => {
    const problems = problemsOf({
      DATABASE_URL,
      HTTP_PORT: "70000",
      LOG_LEVEL: "LOUD",
      ROLES: "barista",
      DEBUG_MODE: "perhaps",
    })
    assert.deepEqual(problems.map((problem) => problem.split(":")[0]).sort(), [
      "DEBUG_MODE",
      "HTTP_PORT",
      "LOG_LEVEL",
      "ROLES",
    ])
    assert.match(problems.join("\n"), /LOG_LEVEL: "LOUD" must be one of "DEBUG", "INFO", "WARN", "ERROR"/)
  })

  it("never repeat a secret's value", () => {
    const problems = problemsOf({
      DATABASE_URL: "mysql://user:hunter2@localhost",
      JWT_SECRET: "hunter2",
      OPERATOR_KEY: "hunter2",
    })
    assert.equal(problems.length, 3)
    assert.equal(problems.join("\n").includes("hunter2"), false)
  })

  it("read a secret from the file that is named for it, without the line's end", async () => {
    const folder = await mkdtemp(join(tmpdir(), "atlas-settings-"))
    try {
      const file = join(folder, "database-url")
      await writeFile(file, `${DATABASE_URL}\n`)
      assert.equal(readSettings({ DATABASE_URL_FILE: file }).DATABASE_URL, DATABASE_URL)
      assert.equal(readSettings({ DATABASE_URL_FILE: "", DATABASE_URL }).DATABASE_URL, DATABASE_URL)
      const problems = problemsOf({ DATABASE_URL, DATABASE_URL_FILE: file, OPERATOR_KEY_FILE: join(folder, "none") })
      assert.deepEqual(problems, [
        `DATABASE_URL_FILE: ${JSON.stringify(file)} stands beside DATABASE_URL. Give either.`,
        `OPERATOR_KEY_FILE: ${JSON.stringify(join(folder, "none"))} cannot be read (ENOENT). Name a file that holds the value of OPERATOR_KEY.`,
      ])
      await writeFile(file, "mysql://user:hunter2@localhost")
      assert.equal(problemsOf({ DATABASE_URL_FILE: file }).join().includes("hunter2"), false)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it("refuse what only together is wrong", () => {
    assert.match(problemsOf({ DATABASE_URL, AUTH: "none", ENVIRONMENT: "production" }).join(), /^AUTH: none/)
    assert.deepEqual(problemsOf({ DATABASE_URL, AUTH: "none" }), [])
    assert.match(problemsOf({ DATABASE_URL, AUTH: "jwt" }).join(), /^JWT_SECRET/)
    assert.equal(problemsOf({ DATABASE_URL, AUTH: "oidc" }).length, 2)
  })

  it("say that the database is missing", () => {
    assert.match(problemsOf({}).join(), /missing: DATABASE_URL/)
  })
})
