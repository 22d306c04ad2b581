import color from "picocolors"
import { type Action, type PropertyChange, type ResourceChange, tally } from "../diff.ts"
import type { PlannedResource } from "../resource.ts"
import { type Comparison, kindOf, type PlanFinding, type PlanReport, plural } from "./report.ts"

/** The tree of the resources, a line each; what changes; what is found. */
export function renderText({ plan, findings, comparison }: PlanReport): string {
  const parts = [
    color.bold(`${plan.stack} on ${plan.target}: ${plural(plan.resources.length, "resource")}`),
    ...renderTree(plan.resources),
    ...(comparison === undefined ? [] : ["", ...renderComparison(comparison)]),
    ...(findings.length === 0 ? [] : ["", ...renderFindings(findings)]),
  ]
  return `${parts.join("\n")}\n`
}

function renderTree(resources: readonly PlannedResource[]): string[] {
  const childrenOf = (parent: string | undefined) => resources.filter((resource) => resource.parent === parent)
  const draw = (parent: string, indent: string): string[] => {
    const children = childrenOf(parent)
    const width = Math.max(...children.map(({ name }) => name.length))
    return children.flatMap((child, index) => {
      const last = index === children.length - 1
      const line = `${indent}${last ? "└─ " : "├─ "}${child.name.padEnd(width)}  ${color.dim(child.type)}`
      const marks = child.protect ? `  ${color.yellow("protected")}` : ""
      return [line + marks, ...draw(child.urn, `${indent}${last ? "   " : "│  "}`)]
    })
  }
  return childrenOf(undefined).flatMap((root) => [`${root.name}  ${color.dim(root.type)}`, ...draw(root.urn, "")])
}

const signs: Readonly<Record<Action, string>> = {
  create: color.green("+"),
  "update or replace": color.yellow("~"),
  replace: color.magenta("±"),
  delete: color.red("-"),
}

function renderComparison({ against, diff }: Comparison): string[] {
  const { create, update, replace, delete: deleted, destructive } = tally(diff)
  const counts = `${create} to create, ${update} to update or replace, ${replace} to replace, ${deleted} to delete`
  return [
    color.bold(`Against ${against}: ${counts}, ${diff.unchanged} unchanged`),
    color.dim("A secret that changes is not seen."),
    ...(destructive === 0 ? [] : [color.red(color.bold(`DATA IS LOST in ${plural(destructive, "resource")}:`))]),
    ...diff.changes.flatMap(renderChange),
  ]
}

const renderChange = (change: ResourceChange): string[] => [
  `${signs[change.action]} ${change.name}  ${color.dim(kindOf(change.type))}  ${change.action}` +
    (change.destroysData ? color.red("  what it holds is lost") : ""),
  ...change.properties.map((property) => `    ${property.path}: ${renderProperty(property)}`),
]

function renderProperty({ before, after, replaces }: PropertyChange): string {
  const values = `${shown(before)} → ${shown(after)}`
  return replaces === undefined ? values : `${values}  ${color.magenta("replaces")} ${color.dim(replaces)}`
}

/** Values of configs are whole documents; a line has room for their beginning. */
const longest = 80

function shown(value: unknown): string {
  if (value === undefined) return "(none)"
  const text = JSON.stringify(value)
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}

const renderFindings = (findings: readonly PlanFinding[]): string[] => [
  color.bold(plural(findings.length, "finding")),
  ...findings.map(({ rule, severity, urn, message }) => {
    const sign = severity === "mandatory" ? color.red("✗") : color.yellow("!")
    return `${sign} ${urn.slice(urn.lastIndexOf("::") + 2)}: ${message} ${color.dim(`(${rule})`)}`
  }),
]
