import { type ComparedFacet, renderParity } from "./compare.ts"

/** What is promised and not built yet, and why it cannot be compared. */
const pending: Readonly<Record<string, string>> = {
  "nightly export": "its bucket is there on the clouds, and the job that fills it is not built yet",
}

const head = `# Parity

What each target's resources say of the stack, read back from a plan and compared with what that target's own stack
asks for. Made by \`npm run atlas -- compare\`, which writes this page; a test fails when it is stale.

- **equal**: the resources say what the contract and the spec ask for.
- **limited**: they do not, or do not tell, and the target says so. The notes below name each limit and its source.
- **different**: a fault of the target. No limit explains it.
- **pending**: not built yet, so not compared.

A plan shows what is asked of a provider. That the provider does it is another matter.
`

/** The page docs/parity.md. `stacks` is by target which stack stands for it. */
export function parityPage(compared: readonly ComparedFacet[], stacks: Readonly<Record<string, string>>): string {
  const planned = Object.entries(stacks).map(([target, stack]) => `\`${target}\` by \`Pulumi.${stack}.yaml\``)
  return [head, `Planned: ${planned.join(", ")}.\n`, renderParity(compared, pending)].join("\n")
}
