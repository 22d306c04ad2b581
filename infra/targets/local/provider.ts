import { createBundle } from "./bundle.ts"
import { createCache } from "./cache.ts"
import type { Context, Create } from "./context.ts"
import type { Created, CreateRequest } from "./engine.ts"
import { createGateway } from "./gateway.ts"
import { createJob } from "./job.ts"
import { createPostgres } from "./postgres.ts"
import { createProcess } from "./process.ts"
import type { LocalType } from "./resources.ts"
import { createSecret } from "./secret.ts"

const creators: { readonly [Type in LocalType]: Create<Type> } = {
  "atlas:local:Secret": createSecret,
  "atlas:local:Bundle": createBundle,
  "atlas:local:Postgres": createPostgres,
  "atlas:local:Cache": createCache,
  "atlas:local:Job": createJob,
  "atlas:local:Process": createProcess,
  "atlas:local:Gateway": createGateway,
}

/** The provider: the engine's `create` for all types of this target. */
export function localProvider(context: Context): (request: CreateRequest) => Promise<Created> {
  return ({ type, name, inputs }) => {
    if (!Object.hasOwn(creators, type)) {
      throw new Error(`The local target has no resource type "${type}"; it has ${Object.keys(creators).join(", ")}`)
    }
    // The inputs were typed by the resource's class; the engine carries them as they are.
    const create = creators[type as LocalType] as (name: string, inputs: unknown, context: Context) => Promise<Created>
    return create(name, inputs, context)
  }
}
