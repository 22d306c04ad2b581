import { minimumKeyLength } from "../../../infra/spec/gateway.ts"

/** The environment variables that say which gateway the suite asks. */
export const variables = {
  /** Of a gateway that runs already with the suite's configuration: http://host:port. */
  url: "GATEWAY_URL",
  /** Of its status listener; without it the cases of metrics and probes are skipped. */
  statusUrl: "GATEWAY_STATUS_URL",
  /** An image of Kong, which the suite starts by Docker for each of its cases. */
  image: "GATEWAY_IMAGE",
  /** Where the suite's own app listens, as the gateway sees it. */
  upstreamHost: "UPSTREAM_HOST",
  upstreamPort: "UPSTREAM_PORT",
} as const

type Environment = Readonly<Record<string, string | undefined>>

/** The keys of a consumer: two for each, with a comma between, in GATEWAY_KEY_<NAME>; else the suite's own. */
export function keysOf(consumer: string, environment: Environment): readonly string[] {
  const variable = `GATEWAY_KEY_${consumer.toUpperCase().replaceAll("-", "_")}`
  const given = environment[variable]
  if (given === undefined) return ["first", "other"].map((which) => `${which}-key-of-${consumer}-in-the-suite`)
  const keys = given.split(",")
  if (keys.length !== 2 || keys.some((key) => key.length < minimumKeyLength)) {
    throw new Error(`${variable} is unfit: give two keys of ${minimumKeyLength} characters or more, a comma between`)
  }
  return keys
}

export type Choice =
  | { readonly kind: "local" }
  | { readonly kind: "image"; readonly image: string }
  | { readonly kind: "running"; readonly url: string; readonly statusUrl: string | undefined; readonly port: number }

/** Which gateway is asked. Throws an error that names the variable that is wrong. */
export function chooseGateway(environment: Environment): Choice {
  const { [variables.url]: url, [variables.image]: image, [variables.statusUrl]: statusUrl } = environment
  if (url !== undefined && image !== undefined) {
    throw new Error(`${variables.url} and ${variables.image} are both set: give the one that is to be asked`)
  }
  if (image !== undefined) return { kind: "image", image }
  if (url === undefined) return { kind: "local" }
  return {
    kind: "running",
    url: origin(variables.url, url),
    statusUrl: statusUrl === undefined ? undefined : origin(variables.statusUrl, statusUrl),
    port: upstreamOf(environment).port,
  }
}

/** The suite's own app, as a gateway that was started apart from it sees it. */
export function upstreamOf(environment: Environment): { host: string; port: number } {
  const text = environment[variables.upstreamPort]
  const port = Number(text)
  if (text === undefined || !Number.isInteger(port) || port < 1 || port > 65535) {
    throw new Error(
      `${variables.upstreamPort} is ${JSON.stringify(text)}: say on which port, 1 to 65535, the gateway looks for its app`,
    )
  }
  return { host: environment[variables.upstreamHost] ?? "127.0.0.1", port }
}

/** Nobody may stand in between: what an edge does is not the gateway's policy. */
function origin(variable: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== "http:" || url.pathname !== "/" || url.search !== "") {
    throw new Error(`${variable} is "${text}": give the gateway's own address, such as http://127.0.0.1:18080`)
  }
  return url.origin
}
