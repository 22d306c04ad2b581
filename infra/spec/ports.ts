/** The ports of the data stores' protocols, where a URL names none. */
export const standardPorts = { postgres: 5432, redis: 6379 } as const

/** The port of a URL, or the standard one of its protocol. */
export function portOf(url: string, standard: number): number {
  const { port } = new URL(url)
  return port === "" ? standard : Number(port)
}
