import { isIPv4 } from "node:net"
import { type ConfigKey, everywhere, exampleName, integer, list, oneOf, text } from "../../spec/config-key.ts"

/** What somebody who has a cluster must say of it, and of the stores that are theirs. */

/** A name of a Kubernetes object: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
const objectName = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

const certificate = /^-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----\s*$/

/** Whether a text is a URL of the scheme with a host. */
const isUrl = (given: string, schemes: RegExp): boolean => {
  const url = URL.parse(given)
  return url !== null && schemes.test(url.protocol) && url.hostname !== ""
}

const isRange = (given: string): boolean => {
  const [address = "", prefix = ""] = given.split("/", 2)
  return isIPv4(address) && /^\d{1,2}$/.test(prefix) && Number(prefix) <= 32
}

const ranges = (what: string) => list(isRange, `${what}, as ranges such as 10.0.0.0/16`)

/** A JSON object of texts. */
const annotations: ConfigKey<Readonly<Record<string, string>>> = {
  allowed: 'a JSON object of texts, such as {"example.com/timeout": "300"}',
  read: (given) => {
    try {
      const value: unknown = JSON.parse(given)
      return isTexts(value) ? value : undefined
    } catch {
      return undefined
    }
  },
}

const isTexts = (value: unknown): value is Readonly<Record<string, string>> =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((one) => typeof one === "string")

export const keys = {
  "atlas:databaseUrl": {
    secret: true,
    required: everywhere,
    allowed: "a URL such as postgres://user:password@host:5432/atlas?sslmode=verify-full",
    // KEDA reads the queue by this URL alone. Without the mode its driver takes any certificate, and no encryption from a
    // server that has none: https://github.com/jackc/pgx/blob/v5.10.0/pgconn/config.go (configTLS)
    stricter: {
      in: ["staging", "production"],
      allowed: "a URL with sslmode=verify-full, by which KEDA too verifies the server",
      fits: (given: string) => URL.parse(given)?.searchParams.get("sslmode") === "verify-full",
    },
    read: (given: string) => (isUrl(given, /^postgres(ql)?:$/) ? given : undefined),
  },
  "atlas:databaseCa": text(certificate, "the PEM text of the authority that signed the database's certificate"),
  "atlas:databaseMaxConnections": integer(10, 100_000, { required: ["production"] }),
  "atlas:redisUrl": {
    secret: true,
    required: ["staging", "production"],
    allowed: "a URL such as rediss://:password@host:6379",
    read: (given: string) => (isUrl(given, /^rediss?:$/) ? given : undefined),
  },
  "atlas:redisCa": text(certificate, "the PEM text of the authority that signed Redis's certificate"),
  "atlas:archiveUrl": text(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/\S*)?$/, "a bucket such as s3://atlas-archive"),
  "atlas:ingressClass": text(objectName, "the name of an IngressClass of the cluster", { required: ["production"] }),
  "atlas:ingressAnnotations": annotations,
  "atlas:ingressNamespace": text(objectName, "the namespace in which the ingress controller's pods run"),
  "atlas:clusterIssuer": text(objectName, "the name of cert-manager's ClusterIssuer", { required: ["production"] }),
  "atlas:trustedProxies": ranges("the ingress controller's addresses, whose X-Forwarded-For counts"),
  "atlas:prometheusUrl": text(/^https?:\/\/[^\s/]+(\/\S*)?$/, "the base URL of a Prometheus that KEDA reaches", {
    required: everywhere,
    example: exampleName,
  }),
  "atlas:metricsNamespace": text(objectName, "the namespace in which the Prometheus's pods run; monitoring without it"),
  "atlas:metricsDiscovery": oneOf(["annotations", "pod-monitor"] as const),
  "atlas:dataNetworks": ranges("addresses of the database and Redis"),
} as const satisfies Readonly<Record<string, ConfigKey>>

export type Keys = typeof keys
export type Values = { readonly [Key in keyof Keys]?: NonNullable<ReturnType<Keys[Key]["read"]>> }
