import { readFileSync } from "node:fs"
import { type Env, EnvSchema, fileVariable, parseRoles, secretEnv } from "../contract/env.ts"
import type { Role } from "../contract/roles.ts"
import type { Scaling } from "../contract/scaling.ts"
import { readScaling } from "../scaler/scaling.ts"
import { checker } from "../validation.ts"

export type Settings = Omit<Env, "ROLES" | "SCALING"> & {
  readonly roles: readonly Role[]
  /** Given to a process with the role scaler. */
  readonly scaling: Scaling | undefined
}

/** Every variable that stops the process from starting, in one error. Values of secrets are not repeated. */
export class SettingsError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`The environment does not fit:\n${problems.map((problem) => `  ${problem}`).join("\n")}`)
    this.name = "SettingsError"
    this.problems = problems
  }
}

const checkEnv = checker(EnvSchema, "text")

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The settings that an environment gives. An empty variable counts as absent, as shells and compose files leave them.
 * A secret may stand in a file, which NAME_FILE names; the line's end after it does not count.
 * @throws SettingsError naming every variable at fault
 */
export function readSettings(variables: Environment): Settings {
  const environment = { ...variables, ...readSecretFiles(variables) }
  const known = Object.keys(EnvSchema.properties)
  const given = Object.fromEntries(
    known.flatMap((name) => {
      const value = environment[name]
      return value === undefined || value === "" ? [] : [[name, value]]
    }),
  )
  const checked = checkEnv(given)
  if (!checked.ok) throw new SettingsError(checked.errors.map((error) => describe(error, environment)))
  const { ROLES, SCALING, ...env } = checked.value
  const roles = parseRoles(ROLES)
  const read = SCALING === undefined ? undefined : readScaling(SCALING)
  const problems = [
    ...combinationProblems(env),
    ...(read?.ok === false ? read.problems.map((problem) => `SCALING: ${problem}`) : []),
    ...(roles.includes("scaler") && read === undefined
      ? ["SCALING: the role scaler needs it. Set what it scales and by which rules, as JSON."]
      : []),
  ]
  if (problems.length > 0) throw new SettingsError(problems)
  return { ...env, roles, scaling: read?.ok ? read.scaling : undefined }
}

function readSecretFiles(variables: Environment): Record<string, string> {
  const named = secretEnv.flatMap((name) => {
    const path = variables[fileVariable(name)]
    return path === undefined || path === "" ? [] : [{ name, path }]
  })
  const problems: string[] = []
  const values = named.map(({ name, path }) => {
    const variable = `${fileVariable(name)}: ${JSON.stringify(path)}`
    if ((variables[name] ?? "") !== "") problems.push(`${variable} stands beside ${name}. Give either.`)
    try {
      return [name, readFileSync(path, "utf8").replace(/\r?\n$/, "")]
    } catch (error) {
      const why = error instanceof Error && "code" in error ? error.code : error
      problems.push(`${variable} cannot be read (${why}). Name a file that holds the value of ${name}.`)
      return [name, ""]
    }
  })
  if (problems.length > 0) throw new SettingsError(problems)
  return Object.fromEntries(values)
}

function describe(error: { path: string; message: string }, environment: Environment): string {
  if (error.path === "") return error.message.replace("must have", "missing:")
  const name = error.path.slice(1)
  const secret = (secretEnv as readonly string[]).includes(name)
  const shown = secret ? "its value" : JSON.stringify(environment[name])
  const property = (EnvSchema.properties as Record<string, { description?: string }>)[name]
  return `${name}: ${shown} ${error.message}. ${property?.description ?? ""}`.trim()
}

/** What a schema of single variables cannot say. */
function* combinationProblems(env: Omit<Env, "ROLES" | "SCALING">): Generator<string> {
  if (env.AUTH === "none" && env.ENVIRONMENT === "production") {
    yield "AUTH: none leaves production open to anybody. Set AUTH to gateway, jwt or oidc."
  }
  if (env.AUTH === "jwt" && env.JWT_SECRET === undefined) {
    yield "JWT_SECRET: AUTH=jwt needs it. Set a secret of 32 characters or more."
  }
  if (env.AUTH === "oidc" && env.OIDC_ISSUER === undefined) {
    yield "OIDC_ISSUER: AUTH=oidc needs it. Set the issuer's URL."
  }
  if (env.AUTH === "oidc" && env.OIDC_AUDIENCE === undefined) {
    yield "OIDC_AUDIENCE: AUTH=oidc needs it, or a token made for another service would open this one."
  }
}
