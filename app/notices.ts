import { readdir, readFile } from "node:fs/promises"
import { join, resolve } from "node:path"
import { Enums, Models, Serialize, SPDX, Spec, Validation } from "@cyclonedx/cyclonedx-library"
import type { Metafile } from "esbuild"

/** What tells beside the bundle of what it is made. */
export const noticeFiles = { inventory: "sbom.cdx.json", licenses: "THIRD-PARTY-LICENSES.txt" } as const

/** A package of which something is in the bundle, as its package.json names it. */
export interface Package {
  readonly name: string
  readonly version: string
  /** An SPDX expression, or whatever else the package calls it. */
  readonly license: string
  readonly author: string | undefined
  readonly homepage: string | undefined
  /** The texts of the license and notice files that it brings. */
  readonly texts: readonly string[]
}

/** The folders of the packages of which esbuild put at least a byte into an output, sorted. */
export function packageFolders({ outputs }: Pick<Metafile, "outputs">): string[] {
  const folders = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => {
      const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]
      return folder === undefined || bytesInOutput === 0 ? [] : [folder]
    }),
  )
  return [...new Set(folders)].sort()
}

interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly license?: string
  readonly author?: string | { readonly name?: string }
  readonly homepage?: string
  readonly devDependencies?: Readonly<Record<string, string>>
}

/** Throws an Error that names the folder, when its package does not say its name, version and license. */
export async function readPackage(folder: string): Promise<Package> {
  const { name, version, license, author, homepage } = await readManifest(folder)
  if (name === undefined || version === undefined || license === undefined)
    throw new Error(`${folder}/package.json has to name a name, a version and a license of what goes into the image`)
  const files = (await readdir(folder)).filter((file) =>
    /^(?:licen[cs]e|copying|notice)(?!.*\.[cm]?[jt]s$)/i.test(file),
  )
  const texts = await Promise.all(files.sort().map((file) => readFile(join(folder, file), "utf8")))
  return {
    name,
    version,
    license,
    author: typeof author === "object" ? author.name : author,
    homepage,
    texts: texts.map((text) => text.replaceAll("\r\n", "\n").trim()),
  }
}

/** All packages of a bundle, each version once however often it is installed. */
export async function readPackages(metafile: Pick<Metafile, "outputs">): Promise<Package[]> {
  const packages = await Promise.all(packageFolders(metafile).map((folder) => readPackage(resolve(folder))))
  return [...new Map(packages.map((one) => [`${one.name}@${one.version}`, one])).values()]
}

/** Swagger UI, which esbuild does not see: `carrier`, the folder of @fastify/swagger-ui, holds its files. */
export async function readSwaggerUi(carrier: string): Promise<Package> {
  const version = (await readManifest(carrier)).devDependencies?.["swagger-ui-dist"]
  if (version === undefined) throw new Error(`${carrier}/package.json names no swagger-ui-dist: whose files are these?`)
  const homepage = "https://github.com/swagger-api/swagger-ui"
  return { name: "swagger-ui-dist", version, license: "Apache-2.0", author: "SmartBear Software", homepage, texts: [] }
}

const readManifest = async (folder: string): Promise<Manifest> =>
  JSON.parse(await readFile(join(folder, "package.json"), "utf8"))

/**
 * The packages as a CycloneDX 1.6 document in JSON, which its schema accepts. It has neither a serial number nor a time,
 * so that the same packages give the same bytes. https://cyclonedx.org/docs/1.6/json/
 */
export async function renderInventory(app: Package, packages: readonly Package[]): Promise<string> {
  const component = componentOf(Enums.ComponentType.Application, app)
  const bom = new Models.Bom({ metadata: new Models.Metadata({ component }) })
  for (const one of packages) {
    const part = componentOf(Enums.ComponentType.Library, one)
    bom.components.add(part)
    component.dependencies.add(part.bomRef)
  }
  const normalize = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6)
  const text = new Serialize.JsonSerializer(normalize).serialize(bom, { sortLists: true, space: 1 })
  const errors = await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text)
  if (errors !== null) throw new Error(`The inventory is no CycloneDX 1.6: ${JSON.stringify(errors)}`)
  return `${text}\n`
}

function componentOf(type: Enums.ComponentType, { name, version, license, homepage }: Package): Models.Component {
  const [group, base] = name.startsWith("@") ? name.split("/") : [undefined, name]
  // https://github.com/package-url/purl-spec: the sign before a scope is encoded.
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`
  const component = new Models.Component(type, base ?? name, { version, purl, bomRef: purl, ...(group && { group }) })
  component.licenses.add(licenseOf(license))
  const website = URL.canParse(homepage ?? "") ? homepage : undefined
  if (website !== undefined)
    component.externalReferences.add(new Models.ExternalReference(website, Enums.ExternalReferenceType.Website))
  return component
}

function licenseOf(license: string): Models.License {
  if (SPDX.isSupportedSpdxId(license)) return new Models.SpdxLicense(license)
  return / (?:AND|OR|WITH) /.test(license) ? new Models.LicenseExpression(license) : new Models.NamedLicense(license)
}

/** Every package with its license and the texts that it brings; a text that several share stands once. */
export function renderLicenses(packages: readonly Package[]): string {
  const sharers = new Map<string, string[]>()
  for (const one of packages) {
    const text = one.texts.length > 0 ? one.texts.join("\n\n") : withoutText(one)
    sharers.set(text, [...(sharers.get(text) ?? []), `${one.name} ${one.version} (${one.license})`])
  }
  return [...sharers].map(([text, names]) => `${names.join("\n")}\n\n${text}\n`).join(`\n${"-".repeat(80)}\n\n`)
}

const withoutText = ({ author, homepage }: Package): string =>
  `The package brings no text of its license. By ${author ?? "its authors"}${homepage === undefined ? "" : `, ${homepage}`}.`
