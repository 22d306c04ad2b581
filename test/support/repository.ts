import { readdirSync, readFileSync } from "node:fs"
import { join, posix } from "node:path"
import { fileURLToPath } from "node:url"
import * as ast from "typescript/unstable/ast"
import { createVirtualFileSystem } from "typescript/unstable/fs"
import { API } from "typescript/unstable/sync"

/**
 * The repository as data for the tests of its own rules. Sources are parsed by the TypeScript compiler that checks them:
 * its AST knows comments, templates and `import type`, which patterns over text do not, and it costs no dependency.
 */
export const root = fileURLToPath(new URL("../..", import.meta.url))

/** Where something stands: a file, relative to the repository, and a line counted from 1. */
export interface Place {
  readonly path: string
  readonly line: number
}

export interface Import extends Place {
  readonly specifier: string
  /** Whether only types are imported, so that nothing is loaded when the program runs. */
  readonly typeOnly: boolean
}

export interface Source {
  readonly path: string
  /** Static, dynamic and `require` imports, types included. */
  readonly imports: readonly Import[]
  /** Imports whose specifier is computed, so that no rule can see what they import. */
  readonly computedImports: readonly Place[]
  /** String literals and the literal parts of templates, without import specifiers. */
  readonly texts: readonly (Place & { readonly text: string })[]
  readonly numbers: readonly (Place & { readonly value: number })[]
  readonly anys: readonly Place[]
  /** Uses of the process's environment: the variable's name where it is read by name. */
  readonly environment: readonly (Place & { readonly name: string | undefined })[]
  /** Calls of a method, as in `test.only(`: the method's name. */
  readonly methods: readonly (Place & { readonly name: string })[]
}

/** Every file of the repository, relative to it, without those that .gitignore names; sorted. */
export function listFiles(): string[] {
  const ignored = ignoreRules(readText(".gitignore"))
  const list = (folder: string): string[] =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = posix.join(folder, entry.name)
      if (entry.name === ".git" || ignored(entry.name, entry.isDirectory())) return []
      return entry.isDirectory() ? list(path) : [path]
    })
  return list("").sort()
}

export function readText(path: string): string {
  return readFileSync(join(root, path), "utf8")
}

/**
 * Reads the two kinds of line that our .gitignore holds, `folder/` and `*.ending`. Whatever else is refused, so that
 * the file cannot come to mean more to git than to the rules.
 */
export function ignoreRules(text: string): (name: string, folder: boolean) => boolean {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"))
  const odd = lines.find((line) => !/^([\w.-]+\/|\*\.\w+)$/.test(line))
  if (odd !== undefined) throw new Error(`.gitignore: ${odd}: here only folder/ and *.ending are understood.`)
  return (name, folder) =>
    lines.some((line) => (line.endsWith("/") ? folder && `${name}/` === line : !folder && name.endsWith(line.slice(1))))
}

/** Parses sources, given as text by path. */
export function parseSources(texts: Readonly<Record<string, string>>): Source[] {
  const paths = Object.keys(texts)
  // Nothing is resolved or checked, so nothing but these texts is read.
  const compilerOptions = { allowJs: true, noLib: true, noResolve: true, types: [], module: "nodenext" }
  const files = Object.fromEntries(paths.map((path) => [`/${path}`, texts[path] ?? ""]))
  files["/tsconfig.json"] = JSON.stringify({ compilerOptions, files: paths })
  const api = new API({ cwd: "/", fs: createVirtualFileSystem(files) })
  try {
    const project = api.updateSnapshot({ openProjects: ["/tsconfig.json"] }).getProject("/tsconfig.json")
    return paths.map((path) => {
      const file = project?.program.getSourceFile(`/${path}`)
      if (file === undefined) throw new Error(`${path}: the TypeScript compiler did not parse it.`)
      return readSource(path, file)
    })
  } finally {
    api.close()
  }
}

/** All TypeScript and JavaScript of the repository, parsed. */
export function readSources(): Source[] {
  const paths = listFiles().filter((path) => /\.[cm]?[jt]s$/.test(path))
  return parseSources(Object.fromEntries(paths.map((path) => [path, readText(path)])))
}

function readSource(path: string, file: ast.SourceFile): Source {
  const found = {
    imports: [] as Import[],
    computedImports: [] as Place[],
    texts: [] as (Place & { text: string })[],
    numbers: [] as (Place & { value: number })[],
    anys: [] as Place[],
    environment: [] as (Place & { name: string | undefined })[],
    methods: [] as (Place & { name: string })[],
  }
  const place = (node: ast.Node): Place => ({
    path,
    line: file.text.slice(0, node.getStart(file)).split("\n").length,
  })

  const visit = (node: ast.Node): void => {
    const specifier = specifierOf(node)
    if (specifier !== undefined && isLiteral(specifier)) {
      found.imports.push({ ...place(node), specifier: specifier.text, typeOnly: isTypeOnly(node) })
    } else if (specifier !== undefined) found.computedImports.push(place(node))
    if (isText(node) && !isSpecifier(node)) found.texts.push({ ...place(node), text: node.text })
    if (ast.isNumericLiteral(node)) found.numbers.push({ ...place(node), value: Number(node.text) })
    if (node.kind === ast.SyntaxKind.AnyKeyword) found.anys.push(place(node))
    if (usesEnvironment(node)) found.environment.push({ ...place(node), name: nameOfMember(node.parent, node) })
    if (ast.isCallExpression(node) && ast.isPropertyAccessExpression(node.expression)) {
      found.methods.push({ ...place(node), name: node.expression.name.text })
    }
    node.forEachChild(visit)
  }
  visit(file)
  return { path, ...found }
}

type Text = ast.Node & { readonly text: string }

function isLiteral(node: ast.Node): node is Text {
  return ast.isStringLiteral(node) || ast.isNoSubstitutionTemplateLiteral(node)
}

function isText(node: ast.Node): node is Text {
  return isLiteral(node) || ast.isTemplateHead(node) || ast.isTemplateMiddle(node) || ast.isTemplateTail(node)
}

function isSpecifier(node: ast.Node): boolean {
  const { parent } = node
  if (parent === undefined) return false
  return specifierOf(parent) === node || (ast.isLiteralTypeNode(parent) && specifierOf(parent.parent) === node)
}

function isTypeOnly(node: ast.Node): boolean {
  if (ast.isImportTypeNode(node)) return true
  if (ast.isExportDeclaration(node)) return node.isTypeOnly
  return ast.isImportDeclaration(node) && node.importClause?.phaseModifier === ast.SyntaxKind.TypeKeyword
}

/** What a node imports from: of import and export declarations, import types, `import(…)` and `require(…)`. */
function specifierOf(node: ast.Node): ast.Node | undefined {
  if (ast.isImportDeclaration(node) || ast.isExportDeclaration(node)) return node.moduleSpecifier
  if (ast.isExternalModuleReference(node)) return node.expression
  if (ast.isImportTypeNode(node)) return ast.isLiteralTypeNode(node.argument) ? node.argument.literal : node.argument
  if (ast.isCallExpression(node) && importers.has(textOf(node.expression))) return node.arguments[0]
  return undefined
}

const importers = new Set(["import", "require", "require.resolve", "import.meta.resolve"])

/** The text of a name or of names joined by dots; empty for anything else. */
function textOf(node: ast.Node): string {
  if (ast.isIdentifier(node)) return node.text
  if (node.kind === ast.SyntaxKind.ImportKeyword) return "import"
  if (ast.isMetaProperty(node)) return "import.meta"
  return ast.isPropertyAccessExpression(node) ? `${textOf(node.expression)}.${node.name.text}` : ""
}

/** `process.env`, `process["env"]`, `{ env } = process` and `import { env } from "node:process"`. */
function usesEnvironment(node: ast.Node): boolean {
  if (ast.isPropertyAccessExpression(node)) return textOf(node) === "process.env"
  if (ast.isElementAccessExpression(node)) {
    const key = node.argumentExpression
    return textOf(node.expression) === "process" && isLiteral(key) && key.text === "env"
  }
  if (ast.isVariableDeclaration(node)) {
    const { name, initializer } = node
    return initializer !== undefined && textOf(initializer) === "process" && ast.isObjectBindingPattern(name)
  }
  return ast.isImportDeclaration(node) && /^(node:)?process$/.test(textLiteral(node.moduleSpecifier))
}

const textLiteral = (node: ast.Node): string => (isLiteral(node) ? node.text : "")

/** `NAME` of `process.env.NAME` and `process.env["NAME"]`. */
function nameOfMember(parent: ast.Node | undefined, of: ast.Node): string | undefined {
  if (parent === undefined) return undefined
  if (ast.isPropertyAccessExpression(parent) && parent.expression === of) return parent.name.text
  if (!ast.isElementAccessExpression(parent) || parent.expression !== of) return undefined
  return textLiteral(parent.argumentExpression) || undefined
}
