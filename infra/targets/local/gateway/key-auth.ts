import { createHash } from "node:crypto"
import type { IncomingMessage } from "node:http"
import { identityHeaders } from "../../../gateway/identity.ts"
import type { KongConfig, PluginConfig } from "../../../gateway/schema.ts"
import { answers, type OwnAnswer } from "./answers.ts"

export interface Consumer {
  readonly username: string
  /** What the upstream is told of it; header names in lower case. */
  readonly headers: Readonly<Record<string, string>>
}

export type Keys = ReadonlyMap<string, Consumer>

/** The consumer of each key. */
export function readKeys(config: KongConfig): Keys {
  return new Map(
    config.consumers.flatMap(({ username, keyauth_credentials }) =>
      keyauth_credentials.map(({ key }) => {
        const headers = {
          "x-consumer-id": entityId("consumers", username),
          "x-consumer-username": username,
          "x-credential-identifier": entityId("keyauth_credentials", key),
        }
        return [key, { username, headers }] as const
      }),
    ),
  )
}

/** Who the client is by the key it sends, or Kong's refusal. */
export function authenticate(
  settings: PluginConfig<"key-auth">,
  keys: Keys,
  request: Pick<IncomingMessage, "headersDistinct">,
): Consumer | OwnAnswer {
  const [sent, ...more] = settings.key_names.flatMap((name) => request.headersDistinct[name.toLowerCase()] ?? [])
  if (more.length > 0) return answers.twoKeys
  if (!sent) return answers.noKey
  return keys.get(sent) ?? answers.wrongKey
}

/** What never passes key-auth: the key, and whoever the client claimed to be. */
export function hiddenHeaders(settings: PluginConfig<"key-auth">): string[] {
  return [...settings.key_names, ...identityHeaders]
}

/**
 * The query as the app gets it. Kong hides a key there whether it is looked for there or not, and so writes every query
 * of a known consumer anew, as a form is (clear_query_arg in kong/pdk/service/request.lua at 3.9.3): `~` becomes `%7E`,
 * `flag` becomes `flag=`. https://url.spec.whatwg.org/#concept-urlencoded-serializer
 */
export function withoutKey(settings: PluginConfig<"key-auth">, query: string): string {
  const parsed = new URLSearchParams(query)
  for (const name of settings.key_names) parsed.delete(name)
  return parsed.toString()
}

/**
 * The id that Kong gives an entity of a file that names none: a UUID of version 5 of its unique field, in a namespace of
 * its kind (generate_uuid in kong/db/schema/others/declarative_config.lua at 3.9.3). So it is the same on every replica.
 */
function entityId(kind: string, name: string): string {
  return uuid5(uuid5("fd02801f-0957-4a15-a55a-c8d9606f30b5", kind), name)
}

/** RFC 9562, section 5.5. */
function uuid5(namespace: string, name: string): string {
  const bytes = createHash("sha1")
    .update(Buffer.from(namespace.replaceAll("-", ""), "hex"))
    .update(name)
    .digest()
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString("hex", 0, 16).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5")
}
