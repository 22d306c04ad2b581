import Type, { type Static } from "typebox"
import { bursts } from "./rates.ts"
import { httpRoles, type Role, roles, scaleRoles, workRoles } from "./roles.ts"
import { service } from "./service.ts"
import { solverNames } from "./solvers.ts"

/**
 * The environment variables of the image: the one list from which the app reads its settings and infra sets them.
 * Values arrive as text; the app converts and checks them by this schema and refuses to start on the first bad one.
 * A default stands here only where it is right in production too.
 */

const Switch = (defaultValue: boolean, description: string) => Type.Boolean({ default: defaultValue, description })

const Count = (range: { minimum: number; maximum: number; default: number }, description: string) =>
  Type.Integer({ ...range, description })

const Positive = (defaultValue: number, description: string) =>
  Type.Number({ exclusiveMinimum: 0, maximum: 1e6, default: defaultValue, description })

export const EnvSchema = Type.Object(
  {
    ENVIRONMENT: Type.Union([Type.Literal("development"), Type.Literal("staging"), Type.Literal("production")], {
      default: "development",
      description: "Which environment this is. Production refuses to start unprotected.",
    }),
    ROLES: Type.String({
      default: [...httpRoles, ...workRoles].join(","),
      pattern: `^(${roles.join("|")})(,(${roles.join("|")}))*$`,
      description: `What this process does, separated by commas: ${httpRoles.join(", ")} serve HTTP, ${workRoles.join(", ")} takes jobs, ${scaleRoles.join(", ")} sets counts.`,
    }),
    HOST: Type.String({ default: "0.0.0.0", minLength: 1, description: "Address on which HTTP is served." }),
    HTTP_PORT: Count(
      { minimum: 0, maximum: 65535, default: service.port },
      "Port on which HTTP is served; 0 takes any free one. Not PORT: Cloud Run reserves that name.",
    ),
    DATABASE_URL: Type.String({ pattern: "^postgres(ql)?://", description: "Postgres connection URL. A secret." }),
    DATABASE_CA: Type.Optional(
      Type.String({ minLength: 1, description: "PEM text of the authority that signed the database's certificate." }),
    ),
    DATABASE_POOL_SIZE: Count({ minimum: 2, maximum: 200, default: 20 }, "Most connections that this process opens."),
    REDIS_URL: Type.Optional(
      Type.String({
        pattern: "^rediss?://",
        description: "Redis URL. A secret. Without it the caches are in-process.",
      }),
    ),
    REDIS_CA: Type.Optional(
      Type.String({ minLength: 1, description: "PEM text of the authority that signed Redis's certificate." }),
    ),
    LOG_LEVEL: Type.Union([Type.Literal("DEBUG"), Type.Literal("INFO"), Type.Literal("WARN"), Type.Literal("ERROR")], {
      default: "INFO",
      description: "The least important log line that is written.",
    }),
    WORKERS: Count(
      { minimum: 1, maximum: 64, default: 1 },
      "Threads on which long problems are solved, and as many on which curves are fitted.",
    ),
    SOLVER: Type.Enum([...solverNames], {
      default: solverNames[0],
      description: "Solver of linear programs. Both give the same optima; glpk is GPL-3.0, highs MIT.",
    }),
    JOB_CONCURRENCY: Count({ minimum: 1, maximum: 64, default: 2 }, "Jobs that one worker process runs at a time."),
    AUTH: Type.Union([Type.Literal("gateway"), Type.Literal("jwt"), Type.Literal("oidc"), Type.Literal("none")], {
      default: "gateway",
      description: "Who says who the client is. Production refuses none.",
    }),
    JWT_SECRET: Type.Optional(
      Type.String({ minLength: 32, description: "HS256 secret, with AUTH=jwt. A secret; 32 characters or more." }),
    ),
    OIDC_ISSUER: Type.Optional(
      Type.String({ pattern: "^https?://", description: "Issuer whose published keys are trusted, with AUTH=oidc." }),
    ),
    OIDC_AUDIENCE: Type.Optional(
      Type.String({ minLength: 1, description: "Audience that a token must name, with AUTH=oidc." }),
    ),
    OPERATOR_KEY: Type.Optional(
      Type.String({ minLength: 32, description: "Opens the operator's routes. A secret. Without it they are closed." }),
    ),
    SCALING: Type.Optional(
      Type.String({ minLength: 2, description: "What the role scaler sets and by which rules, as JSON." }),
    ),
    SCALING_IDENTITY: Type.Optional(
      Type.String({
        minLength: 1,
        description: "On Azure, the client id of the identity that sets counts. Without it the only one there is.",
      }),
    ),
    DEBUG_MODE: Switch(false, "Serves /debug/status."),
    SEED_EXAMPLES: Switch(true, "Puts example models into a database that has no model."),
    CONCURRENCY: Count(
      { minimum: 1, maximum: 10_000, default: service.concurrency },
      "API requests that this process serves at a time; the next is told to come again.",
    ),
    API_RATE: Positive(bursts.api.perSecond, "Requests a second that one consumer may make."),
    API_BURST: Positive(bursts.api.burst, "Requests that one consumer may make at once."),
    OPTIMIZE_RATE: Positive(
      bursts.optimize.perSecond,
      "Requests a second to the routes that compute (optimize, scenarios, fit) that one consumer may make.",
    ),
    OPTIMIZE_BURST: Positive(
      bursts.optimize.burst,
      "Requests to the routes that compute that one consumer may make at once.",
    ),
    DOMAIN: Type.Optional(
      Type.String({
        pattern: "^[a-zA-Z0-9.-]+(:[0-9]+)?$",
        description:
          "Host name by which clients reach the stack, with a port after a colon where it is not 443. When the certificate that it shows ends is then a metric.",
      }),
    ),
    VERSION: Type.String({ default: "0.0.0-development", minLength: 1, description: "Version of the image." }),
    REVISION: Type.String({ default: "unknown", minLength: 1, description: "Commit that the image was built from." }),
    BUILD_DATE: Type.String({ default: "unknown", minLength: 1, description: "When the image was built, RFC 3339." }),
  },
  { additionalProperties: true },
)

export type Env = Static<typeof EnvSchema>
export type EnvName = keyof Env

/** The variables whose values must never be logged, planned or printed. */
export const secretEnv = [
  "DATABASE_URL",
  "REDIS_URL",
  "JWT_SECRET",
  "OPERATOR_KEY",
] as const satisfies readonly EnvName[]

/** The variable that names the file in which the value of a secret one stands. */
export const fileVariable = (name: string): string => `${name}_FILE`

/** The roles that a value of ROLES names, in the order of the contract. */
export function parseRoles(value: string): Role[] {
  const named = new Set(value.split(","))
  return roles.filter((role) => named.has(role))
}
