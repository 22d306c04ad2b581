/** What a resource was registered with, as whoever answers for it sees it. */
export interface Asked {
  readonly name: string
  /** A secret input is still wrapped, as the SDK sends it. */
  readonly inputs: Readonly<Record<string, unknown>>
  /** The placeholder of a property, or of a path below one. */
  readonly of: (path: string) => string
}

export type Answer = (asked: Asked) => Readonly<Record<string, unknown>>
