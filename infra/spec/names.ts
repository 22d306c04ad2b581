/**
 * Physical names: the same for the same stack, without randomness or clock. The generation tells apart a stack from one
 * of the same name that was deleted, since some clouds keep a deleted name for days.
 */
export interface NameParts {
  readonly project: string
  /** The stack's name, such as production or production-gcp. */
  readonly stack: string
  /** 1 for the first. */
  readonly generation: number
}

/**
 * A name of lower-case letters, digits and hyphens that begins with a letter and has at most `longest` characters. One
 * that is longer is cut, and keeps apart from others that are cut alike by a hash of the whole.
 */
export function physicalName({ project, stack, generation }: NameParts, part: string, longest: number): string {
  const whole = [project, stack, ...(generation > 1 ? [`g${generation}`] : []), ...(part === "" ? [] : [part])]
    .join("-")
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, "-")
  if (whole.length <= longest) return whole
  const hash = shortHash(whole)
  return `${whole.slice(0, longest - hash.length - 1).replace(/-+$/, "")}-${hash}`
}

/** FNV-1a (Fowler, Noll and Vo) over 32 bits, as 7 characters: names need to differ, not to withstand anybody. */
function shortHash(text: string): string {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0
  }
  return hash.toString(36).padStart(7, "0")
}

/** What marks every resource as this stack's: tags on a cloud, labels in a cluster. */
export function ownershipTags({ project, stack }: NameParts, environment: string): Readonly<Record<string, string>> {
  return { project, stack, environment, "managed-by": "pulumi" }
}
