import { type Action, type PropertyChange, type ResourceChange, tally } from "../diff.ts"
import type { PlannedResource } from "../resource.ts"
import { type Comparison, kindOf, type PlanFinding, type PlanReport, plural } from "./report.ts"

/** GitHub refuses a comment of more characters. Source: https://github.com/orgs/community/discussions/27190. */
export const commentLimit = 65_536

/** Kept free for the sentence about what is left out. */
const reserve = 200

/** A comment for a pull request: tally, losses, findings, a line for each change, details folded. */
export function renderMarkdown({ plan, findings, comparison }: PlanReport): string {
  const title = `### ${escapeText(plan.stack)} on ${escapeText(plan.target)}`
  const head = comparison === undefined ? [plural(plan.resources.length, "resource")] : headOf(comparison)
  const found = findings.length === 0 ? [] : ["", `**${plural(findings.length, "finding")}**`, ...findings.map(finding)]
  const lines = comparison === undefined ? plan.resources.map(resourceLine) : comparison.diff.changes.map(changeLine)
  const details =
    comparison === undefined
      ? plan.resources.map(resourceDetails)
      : comparison.diff.changes.filter(({ properties }) => properties.length > 0).map(changeDetails)
  return fit([title, "", ...head, ...found, ""], lines, details)
}

/** As many lines, then as many details, as the limit allows; what is left out is counted. */
function fit(head: readonly string[], lines: readonly string[], details: readonly string[]): string {
  let text = ""
  const left = { lines: 0, details: 0 }
  const add = (part: string, of: keyof typeof left) => {
    // Once one is left out all after it are, so that what is shown is a beginning.
    if (left[of] > 0 || text.length + part.length + 1 > commentLimit - reserve) left[of]++
    else text += `${part}\n`
  }
  for (const part of [...head, ...lines]) add(part, "lines")
  if (details.length > 0) text += "\n"
  for (const part of details) add(part, "details")
  if (left.lines + left.details === 0) return text
  return `${text}\nLeft out, because a comment holds ${commentLimit} characters: ${plural(left.lines, "line")} and the details of ${plural(left.details, "resource")}.\n`
}

function headOf({ against, diff }: Comparison): string[] {
  const { create, update, replace, delete: deleted, destructive } = tally(diff)
  const counts = `${create} to create, ${update} to update or replace, ${replace} to replace, ${deleted} to delete`
  return [
    ...(destructive === 0
      ? []
      : ["> [!CAUTION]", `> **Data is lost** in ${plural(destructive, "resource")}: they stand first.`, ""]),
    `Against ${code(against)}: **${counts}**, ${diff.unchanged} unchanged. A secret that changes is not seen.`,
  ]
}

const signs: Readonly<Record<Action, string>> = {
  create: "🟢",
  "update or replace": "🟡",
  replace: "🟣",
  delete: "🔴",
}

const finding = ({ rule, severity, urn, path, message }: PlanFinding): string => {
  const place = [urn.slice(urn.lastIndexOf("::") + 2), path].filter((part) => part !== "").join(" ")
  return `- ${severity === "mandatory" ? "❌" : "⚠️"} ${code(place)}: ${escapeText(message)} (${escapeText(rule)})`
}

const resourceLine = ({ name, type, protect }: PlannedResource): string =>
  `- ${code(name)} ${escapeText(type)}${protect ? " **protected**" : ""}`

const changeLine = ({ action, name, type, destroysData, properties }: ResourceChange): string => {
  const parts =
    properties.length === 0
      ? ""
      : `: ${properties
          .slice(0, 5)
          .map(({ path }) => code(path))
          .join(", ")}`
  const more = properties.length > 5 ? ` and ${properties.length - 5} more` : ""
  const loss = destroysData ? " **what it holds is lost**" : ""
  return `- ${signs[action]} ${action} ${code(name)} ${escapeText(kindOf(type))}${loss}${parts}${more}`
}

/** GitHub reads Markdown again after the first empty line; before it there is only HTML. */
const folded = (name: string, type: string, body: string): string =>
  `<details><summary>${escapeHtml(`${name} (${type})`)}</summary>\n\n${body}\n\n</details>`

const resourceDetails = ({ name, type, inputs }: PlannedResource): string =>
  folded(name, type, fence(JSON.stringify(inputs, undefined, 2), "json"))

const changeDetails = ({ name, type, properties }: ResourceChange): string =>
  folded(name, type, properties.map(propertyDetails).join("\n"))

function propertyDetails({ path, before, after, replaces }: PropertyChange): string {
  const why = replaces === undefined ? "" : ` ([replaces](${replaces}))`
  return `${code(path)}${why}\n${fence([...marked("-", before), ...marked("+", after)].join("\n"), "diff")}`
}

const marked = (sign: string, value: unknown): string[] =>
  value === undefined
    ? []
    : (typeof value === "string" ? value : JSON.stringify(value, undefined, 2))
        .split("\n")
        .map((line) => `${sign} ${line}`)

/** A block that no run of backticks in the text can end. */
function fence(text: string, language: string): string {
  const ticks = "`".repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)))
  return `${ticks}${language}\n${text}\n${ticks}`
}

/** Text as Markdown code on one line, in which nothing else is markup. */
function code(text: string): string {
  const line = text.replaceAll(/\s+/g, " ")
  const ticks = "`".repeat(Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length)) + 1)
  const space = line.startsWith("`") || line.endsWith("`") ? " " : ""
  return `${ticks}${space}${line}${space}${ticks}`
}

/** Text in which no HTML is markup, nobody is mentioned, and no line ends. */
const escapeHtml = (text: string): string =>
  text
    .replaceAll(/\s+/g, " ")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("@", "&#64;")
    .replaceAll("`", "&#96;")

/** The same where Markdown is read too. */
const escapeText = (text: string): string => escapeHtml(text.replaceAll(/[\\*_{}[\]()+!|~]/g, "\\$&"))
