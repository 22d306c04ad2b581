import color from "picocolors"
import type { ResourceNode } from "../targets/local/engine.ts"
import type { Check } from "./smoke.ts"

const tick = (passed: boolean) => (passed ? color.green("✓") : color.red("✗"))

/** The checks as a table, a line each. */
export function renderChecks(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ request }) => request.length))
  return checks
    .map(({ passed, request, status, milliseconds, detail }) => {
      const facts = `${request.padEnd(width)}  ${String(status ?? "none").padEnd(4)}  ${`${milliseconds} ms`.padStart(8)}`
      return `  ${tick(passed)} ${facts}  ${detail}\n`
    })
    .join("")
}

/** The resources as a tree, a line each: name, type without its package, and what is to be known of it. */
export function renderTree(
  resources: readonly Pick<ResourceNode, "urn" | "parent" | "type" | "name" | "note">[],
): string {
  const childrenOf = (parent: string | undefined) => resources.filter((resource) => resource.parent === parent)
  const draw = (parent: string, indent: string): string[] =>
    childrenOf(parent).flatMap((node, index, siblings) => {
      const last = index === siblings.length - 1
      const width = Math.max(...siblings.map(({ name }) => name.length))
      return [
        `${indent}${last ? "└─ " : "├─ "}${node.name.padEnd(width)}  ${describe(node)}`,
        ...draw(node.urn, `${indent}${last ? "   " : "│  "}`),
      ]
    })
  return childrenOf(undefined)
    .flatMap((root) => [root.name, ...draw(root.urn, "")])
    .map((line) => `  ${line}\n`)
    .join("")
}

function describe({ type, note }: Pick<ResourceNode, "type" | "note">): string {
  const kind = type.slice(type.lastIndexOf(":") + 1)
  return note === undefined ? color.dim(kind) : `${color.dim(kind.padEnd(8))}  ${note}`
}

/** One line of progress for a resource. */
export function renderCreated(name: string, type: string, note: string | undefined, seconds: number): string {
  const kind = type.slice(type.lastIndexOf(":") + 1)
  const time = `${seconds.toFixed(1)} s`.padStart(6)
  return `  ${tick(true)} ${name.padEnd(15)} ${color.dim(kind.padEnd(9))} ${color.dim(time)}  ${note ?? ""}`.trimEnd()
}
