import * as pulumi from "@pulumi/pulumi"
import { services } from "./places.ts"

/** How an operator reaches each part, where the project's files are. */
export const reachOf = (database: string): Readonly<Record<string, pulumi.Output<string>>> => ({
  keys: pulumi.output(`docker compose run --rm ${services.init} keys`),
  database: pulumi.output(`docker compose exec ${services.postgres} psql -h 127.0.0.1 -U ${database}`),
  cache: pulumi.output(`docker compose exec ${services.redis} redis-cli --askpass`),
  logs: pulumi.output("docker compose logs --follow"),
})

/** The names of the secrets that `init keys` prints: what clients and operators present. */
export const shownSecrets = (consumers: readonly string[]): readonly string[] => [
  ...consumers.map((consumer) => `${consumer}-key`),
  "operator-key",
]
