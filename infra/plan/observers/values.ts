/**
 * How observers read plain JSON whose shape is another program's: a member that is missing is undefined all the way
 * down, so that an observation tells what is there and nothing else.
 */
export class Value {
  readonly raw: unknown

  constructor(raw: unknown) {
    this.raw = raw
  }

  /** The member at a path of names and positions. */
  at(...path: (string | number)[]): Value {
    let value = this.raw
    for (const step of path) {
      value =
        typeof value === "object" && value !== null ? (value as Record<string | number, unknown>)[step] : undefined
    }
    return new Value(value)
  }

  get text(): string | undefined {
    return typeof this.raw === "string" ? this.raw : undefined
  }

  /** A number, also one that is written as text, as environment variables and some providers do. */
  get number(): number | undefined {
    const value = typeof this.raw === "string" && this.raw.trim() !== "" ? Number(this.raw) : this.raw
    return typeof value === "number" && Number.isFinite(value) ? value : undefined
  }

  get items(): readonly Value[] {
    return Array.isArray(this.raw) ? this.raw.map((item) => new Value(item)) : []
  }

  get texts(): readonly string[] {
    return this.items.flatMap(({ text }) => text ?? [])
  }

  get isTrue(): boolean {
    return this.raw === true
  }

  get exists(): boolean {
    return this.raw !== undefined && this.raw !== null
  }

  /** The first item whose member at the path is this. */
  find(member: string, is: unknown): Value {
    return this.items.find((item) => item.at(member).raw === is) ?? new Value(undefined)
  }
}

const memoryUnits: Readonly<Record<string, number>> = {
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  "": 1,
}

/** Bytes of a Kubernetes quantity, such as "1Gi" (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/). */
export function bytesOf(quantity: string | undefined): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|K|M|G)?$/.exec(quantity ?? "") ?? []
  const factor = memoryUnits[unit ?? ""]
  return number === undefined || factor === undefined ? undefined : Number(number) * factor
}

/** vCPUs of a Kubernetes quantity, such as "500m" or "1". */
export function vcpusOf(quantity: string | undefined): number | undefined {
  const [, number, milli] = /^(\d+(?:\.\d+)?)(m)?$/.exec(quantity ?? "") ?? []
  return number === undefined ? undefined : Number(number) / (milli === undefined ? 1 : 1000)
}
