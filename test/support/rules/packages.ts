import { isBuiltin } from "node:module"
import Type, { type Static } from "typebox"
import { Parse } from "typebox/value"
import type { Source } from "../repository.ts"
import { packageOf } from "./text.ts"

const Versions = Type.Record(Type.String(), Type.String())

/** The parts of package.json that rules look at. */
export const Manifest = Type.Object({
  license: Type.String(),
  scripts: Type.Optional(Versions),
  dependencies: Type.Optional(Versions),
  devDependencies: Type.Optional(Versions),
  allowScripts: Type.Optional(Type.Record(Type.String(), Type.Boolean())),
})
export type Manifest = Static<typeof Manifest>

/** The parts of package-lock.json that rules look at; packages are listed by the folder that npm puts them in. */
export const Lock = Type.Object({
  packages: Type.Record(
    Type.String(),
    Type.Object({
      license: Type.Optional(Type.String()),
      version: Type.Optional(Type.String()),
      hasInstallScript: Type.Optional(Type.Boolean()),
      dependencies: Type.Optional(Versions),
      optionalDependencies: Type.Optional(Versions),
    }),
  ),
})
export type Lock = Static<typeof Lock>

export const readManifest = (text: string): Manifest => Parse(Manifest, JSON.parse(text))
export const readLock = (text: string): Lock => Parse(Lock, JSON.parse(text))

/** The package that lies in a folder of the lock: `b` of `node_modules/a/node_modules/b`. */
export const nameOfFolder = (folder: string): string => folder.replace(/^.*node_modules\//, "")

/** Packages with an install script that allowScripts neither allows nor denies, and entries that are for no such package. */
export function scriptDecisions(manifest: Manifest, lock: Lock): string[] {
  const decided = Object.keys(manifest.allowScripts ?? {})
  const needed = new Set(
    Object.entries(lock.packages).flatMap(([folder, { hasInstallScript }]) =>
      hasInstallScript ? [nameOfFolder(folder)] : [],
    ),
  )
  return [
    ...[...needed]
      .filter((name) => !decided.includes(name))
      .map((name) => `package.json: allowScripts does not decide on ${name}, which has an install script`),
    ...decided
      .filter((name) => !needed.has(name))
      .map((name) => `package.json: allowScripts decides on ${name}, which has no install script`),
  ]
}

/**
 * Optional packages, such as another platform's binary, that the lock names and does not hold. npm leaves out what its
 * registry does not have, installs all the same, and `npm ci` then refuses the lock on every machine.
 */
export function unlockedPackages({ packages }: Lock): string[] {
  const locked = new Set(Object.keys(packages).map(nameOfFolder))
  return Object.entries(packages).flatMap(([folder, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !locked.has(name))
      .map((name) => `package-lock.json: ${nameOfFolder(folder)} names ${name}, which the lock does not hold`),
  )
}

/** What builds the image, and is not in it: these may import app's devDependencies. */
const builders = ["app/build.ts", "app/notices.ts"]

/** Imports of packages by whom package.json does not give them: app has its own, which is all that its image holds. */
export function undeclaredImports(sources: readonly Source[], root: Manifest, app: Manifest): string[] {
  const names = (...lists: (Readonly<Record<string, string>> | undefined)[]) =>
    new Set(lists.flatMap((list) => Object.keys(list ?? {})))
  const ofApp = names(app.dependencies)
  const ofBuild = names(app.dependencies, app.devDependencies)
  const ofInfra = names(root.dependencies)
  // Tests reach into both, and npm puts the workspace's packages where they find them.
  const ofTest = names(root.dependencies, root.devDependencies, app.dependencies, app.devDependencies)
  const declared = (path: string) => {
    if (builders.includes(path)) return ofBuild
    if (path.startsWith("app/")) return ofApp
    return path.startsWith("test/") ? ofTest : ofInfra
  }
  return sources.flatMap(({ path, imports }) =>
    packagesOf(imports.map(({ specifier }) => specifier))
      .filter((name) => !declared(path).has(name))
      .map((name) => `${path}: ${name} is not a dependency of ${path.startsWith("app/") ? "app" : "the root"}`),
  )
}

/**
 * Dependencies that no source imports and no explanation covers, and explanations that nothing needs. Types of a
 * package that is a dependency need no explanation.
 */
export function unusedDependencies(
  sources: readonly Source[],
  root: Manifest,
  app: Manifest,
  explained: Readonly<Record<string, string>>,
): string[] {
  const unused = (where: string, names: readonly string[], users: readonly Source[]) => {
    const used = new Set(users.flatMap(({ imports }) => packagesOf(imports.map(({ specifier }) => specifier))))
    return names.flatMap((name) => {
      if (used.has(name) && name in explained) return [`${name}: is imported; its explanation is not needed`]
      if (used.has(name) || name in explained || name.startsWith("@types/")) return []
      return [`${where}: ${name} is imported nowhere`]
    })
  }
  const inApp = sources.filter(({ path }) => path.startsWith("app/"))
  const ofRoot = [...Object.keys(root.dependencies ?? {}), ...Object.keys(root.devDependencies ?? {})]
  const ofApp = [...Object.keys(app.dependencies ?? {}), ...Object.keys(app.devDependencies ?? {})]
  return [
    ...unused("package.json", ofRoot, sources),
    ...unused("app/package.json", ofApp, inApp),
    ...Object.keys(explained)
      .filter((name) => !ofRoot.includes(name) && !ofApp.includes(name))
      .map((name) => `${name}: is explained and is no dependency`),
  ]
}

/** Versions that are a range, and packages that root and app ask for in two versions. */
export function looseVersions(root: Manifest, app: Manifest): string[] {
  const all = [root.dependencies, root.devDependencies, app.dependencies, app.devDependencies].flatMap((list) =>
    Object.entries(list ?? {}),
  )
  return [
    ...all
      .filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))
      .map(([name, version]) => `${name}: ${version} is not one version`),
    ...Object.entries({ ...app.dependencies, ...app.devDependencies }).flatMap(([name, version]) => {
      const other = root.dependencies?.[name] ?? root.devDependencies?.[name]
      return other === undefined || other === version ? [] : [`${name}: app asks for ${version}, the root for ${other}`]
    }),
  ]
}

function packagesOf(specifiers: readonly string[]): string[] {
  const packages = specifiers.filter((specifier) => !specifier.startsWith(".") && !isBuiltin(specifier))
  return [...new Set(packages.map(packageOf))]
}
