import { posix } from "node:path"
import { type Lock, type Manifest, nameOfFolder } from "./packages.ts"

/** Direct dependencies with their license and who uses them, by name: the rows of the table in docs/licences.md. */
export function licenseRows(root: Manifest, app: Manifest, licenseOf: (name: string) => string): string[][] {
  const users = [
    ["image", app.dependencies],
    ["build", app.devDependencies],
    ["program", root.dependencies],
    ["checks", root.devDependencies],
  ] as const
  const names = new Set(users.flatMap(([, list]) => Object.keys(list ?? {})))
  return [...names].sort().map((name) => {
    const by = users.flatMap(([user, list]) => (list !== undefined && name in list ? [user] : []))
    return [name, licenseOf(name), by.join(", ")]
  })
}

/** Every package that the image's bundle may hold: what app needs, directly or not, by folder of the lock. */
export function imagePackages(lock: Lock): string[] {
  const found = new Set<string>()
  const collect = (folder: string): void => {
    const { dependencies, optionalDependencies } = lock.packages[folder] ?? {}
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const place = folderOf(lock, folder, name)
      if (place === undefined || found.has(place)) continue
      found.add(place)
      collect(place)
    }
  }
  collect("app")
  return [...found].sort()
}

/** Where node finds a package from a folder: in the folder's own node_modules, or in that of one above it. */
function folderOf(lock: Lock, from: string, name: string): string | undefined {
  const place = posix.join(from, "node_modules", name)
  if (place in lock.packages) return place
  const above = from.replace(/\/?node_modules\/(?:@[^/]+\/)?[^/]+$|^[^/]+$/, "")
  return from === "" ? undefined : folderOf(lock, above, name)
}

/**
 * Packages of the image whose license is not allowed. `allowed` holds licenses that ask for no more than notice;
 * `known` the packages of other licenses that docs/licences.md deals with.
 */
export function foreignLicenses(
  lock: Lock,
  allowed: readonly string[],
  known: Readonly<Record<string, string>>,
): string[] {
  return imagePackages(lock).flatMap((folder) => {
    const name = nameOfFolder(folder)
    const license = lock.packages[folder]?.license ?? "no license"
    return allowed.includes(license) || known[name] === license
      ? []
      : [`${name}: ${license} is not allowed in the image`]
  })
}
