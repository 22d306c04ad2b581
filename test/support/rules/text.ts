import type { Place, Source } from "../repository.ts"

/** A text file of the repository. */
export interface TextFile {
  readonly path: string
  readonly text: string
}

export const at = ({ path, line }: Place): string => `${path}:${line}`

/** The npm package that an import specifier names: `@scope/name` of `@scope/name/part`. */
export function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/")
}

/**
 * Ports and paths of the contract that are typed again: as a number, or in a string or template. `ports` are numbers,
 * `paths` absolute paths of letters and slashes such as `/health`; what stands below a path is found by it.
 * `exceptions` lists, by file, what looks like one and is something else; one that nothing needs is told too.
 */
export function typedFacts(
  sources: readonly Source[],
  ports: readonly number[],
  paths: readonly string[],
  exceptions: Readonly<Record<string, readonly string[]>> = {},
): string[] {
  const port = new RegExp(`(?<![\\w.])(?:${ports.join("|")})(?!\\w|\\.\\d)`)
  // A path of the service begins the text, a word or what follows this machine's name; "./docs/x", "app/static" and the
  // pages of other hosts are other things.
  const path = new RegExp(
    `(?:^|[\\s"'\`(<=]|://(?:127\\.|localhost|\\[)[^/\\s]*)((?:${paths.join("|")})(?![\\w-]|\\.\\w))`,
  )
  const found = sources.flatMap(({ numbers, texts }) => [
    ...numbers
      .filter(({ value }) => ports.includes(value))
      .map((number) => ({ ...number, fact: String(number.value) })),
    ...texts.flatMap((literal) => {
      const fact = port.exec(literal.text)?.[0] ?? path.exec(literal.text)?.[1]
      return fact === undefined ? [] : [{ ...literal, fact }]
    }),
  ])
  const excepted = (fact: { path: string; fact: string }) => exceptions[fact.path]?.includes(fact.fact)
  return [
    ...found.filter((one) => !excepted(one)).map((one) => `${at(one)}: ${one.fact} stands in the contract; import it`),
    ...Object.entries(exceptions).flatMap(([file, facts]) =>
      facts
        .filter((fact) => !found.some((one) => one.path === file && one.fact === fact))
        .map((fact) => `${file}: the exception for ${fact} is not needed`),
    ),
  ]
}

/** Places of the machine on which someone worked, and hosts of package registries. */
export function machineTraces(files: readonly TextFile[]): string[] {
  // Put together, so that this file does not hold what it looks for.
  const folders = ["work", "root", "home"].join("|")
  const patterns = [
    new RegExp(`(?<![\\w.\\-/:$}])/(?:${folders})(?![\\w-])\\S*`),
    /registry\.(?:npmjs|yarnpkg|npmmirror)\S*/,
    /"resolved": "https?:\S*/,
  ]
  return searchLines(files, patterns, "belongs to one machine")
}

/** Notes to oneself, and comments that switch the compiler off. */
export function leftovers(files: readonly TextFile[]): string[] {
  const notes = ["TO" + "DO", "FIX" + "ME", "X" + "XX"].join("|")
  const switches = ["ignore", "nocheck", "expect-error"].join("|")
  return searchLines(files, [new RegExp(`\\b(?:${notes})\\b`), new RegExp(`@ts-(?:${switches})`)], "may not stay")
}

function searchLines(files: readonly TextFile[], patterns: readonly RegExp[], why: string): string[] {
  return files.flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, index) =>
      patterns.flatMap((pattern) => {
        const found = pattern.exec(line)?.[0]
        return found === undefined ? [] : [`${at({ path, line: index + 1 })}: ${found} ${why}`]
      }),
    ),
  )
}

/** Types that switch checking off, and tests that keep all others from running. */
export function looseCode(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => [
    ...source.anys.map((place) => `${at(place)}: the type "any" may not stay`),
    ...source.methods
      .filter(({ name }) => name === "only")
      .map((place) => `${at(place)}: only(…) keeps all other tests from running`),
  ])
}

/**
 * Uses of the process's environment outside `allowed`, and variables read by name that are not among `names`: the
 * schema of the contract is the one list.
 */
export function environmentReads(
  sources: readonly Source[],
  allowed: readonly string[],
  names: readonly string[],
): string[] {
  return sources.flatMap(({ environment }) =>
    environment.flatMap((use) => {
      if (!allowed.includes(use.path)) return [`${at(use)}: reads the environment; only ${allowed.join(", ")} may`]
      const known = use.name === undefined || names.includes(use.name)
      return known ? [] : [`${at(use)}: ${use.name} is not in EnvSchema`]
    }),
  )
}
