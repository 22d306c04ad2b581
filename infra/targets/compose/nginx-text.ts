/** A directive, or a block of them, in nginx's grammar. */
export type Directive = string | Block

export interface Block {
  readonly head: string
  readonly body: readonly Directive[]
}

export const block = (head: string, body: readonly Directive[]): Block => ({ head, body })

export const renderDirectives = (directives: readonly Directive[], indent = ""): string =>
  directives
    .map((one) =>
      typeof one === "string"
        ? `${indent}${one};\n`
        : `${indent}${one.head} {\n${renderDirectives(one.body, `${indent}    `)}${indent}}\n`,
    )
    .join("")

/** A text as one word. Throws an error for one that nginx would read as more, or as less. */
export function quoted(text: string): string {
  if (/['\\$\n]/.test(text)) throw new Error(`nginx cannot be given ${JSON.stringify(text)}: it holds a quote, $ or \\`)
  return `'${text}'`
}

/** The variable in which nginx keeps a header: `$http_x_request_id` of a request, `$upstream_http_…` of an answer. */
export const headerVariable = (of: "http" | "upstream_http", name: string): string =>
  `$${of}_${name.toLowerCase().replaceAll("-", "_")}`
