/** Arithmetic on IPv4 address ranges. */

export interface AddressRange {
  readonly first: number
  /** How many addresses it has. */
  readonly size: number
  readonly prefix: number
}

export const isCidr = (text: string): boolean => parse(text) !== undefined

export function overlaps(one: string, other: string): boolean {
  const [a, b] = [rangeOf(one), rangeOf(other)]
  return a.first < b.first + b.size && b.first < a.first + a.size
}

/** How many addresses a prefix leaves. */
export const sizeOf = (prefix: number): number => 2 ** (32 - prefix)

/** Throws a RangeError for what is no range, or does not begin at its first address. */
export function rangeOf(text: string): AddressRange {
  const range = parse(text)
  if (range === undefined) throw new RangeError(`"${text}" is no IPv4 range: write it such as 10.0.0.0/16`)
  return range
}

export const cidrOf = (first: number, prefix: number): string => `${dotted(first)}/${prefix}`

function parse(text: string): AddressRange | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text)
  if (match === null) return undefined
  const [a = 256, b = 256, c = 256, d = 256, prefix = 33] = match.slice(1).map(Number)
  if ([a, b, c, d].some((part) => part > 255) || prefix > 32) return undefined
  const first = ((a * 256 + b) * 256 + c) * 256 + d
  return first % sizeOf(prefix) === 0 ? { first, size: sizeOf(prefix), prefix } : undefined
}

const dotted = (address: number) => [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".")
