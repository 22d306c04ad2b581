import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { after, describe, it } from "node:test"
import { promisify } from "node:util"
import { parseAllDocuments, stringify } from "yaml"
import { planStack } from "../../../infra/cli/plan-command.ts"
import { names } from "../../../infra/kubernetes/index.ts"
import { renderYaml } from "../../../infra/plan/render/yaml.ts"

/** A cluster that may be written to; its nodes may be simulated. It must not have the stack's namespace. */
const kubeconfig = process.env.ATLAS_TEST_KUBECONFIG

const run = promisify(execFile)

/** kubectl's standard output; its standard error is in the error where it fails. */
async function kubectl(args: readonly string[], input?: string): Promise<string> {
  const running = run("kubectl", ["--kubeconfig", kubeconfig ?? "", ...args])
  if (input !== undefined) running.child.stdin?.end(input)
  return (await running).stdout
}

interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
}

/** What the API server knows by itself: objects of KEDA need its definitions, which no test installs. */
const isBuiltIn = ({ apiVersion }: Manifest) => !apiVersion.startsWith("keda.sh/")

const skip = kubeconfig === undefined ? "ATLAS_TEST_KUBECONFIG names no cluster" : false

describe("the objects of a plan on a real API server", () => {
  after(async () => {
    if (!skip) await kubectl(["delete", "namespace", names.namespace, "--ignore-not-found", "--wait=false"])
  })

  it("are admitted, roll out, and stay as they are when they are applied again", { skip }, async () => {
    const present = await kubectl(["get", "namespace", names.namespace, "--ignore-not-found", "--output=name"])
    assert.equal(present, "", "the cluster already has the namespace, or still removes it: the test would take it down")
    const plan = await planStack("staging")
    const manifests = parseAllDocuments(renderYaml({ plan, facets: [], findings: [] }), { version: "1.1" })
      .map((document) => document.toJS() as Manifest)
      .filter(isBuiltIn)
    const text = manifests.map((manifest) => stringify(manifest, { version: "1.1" })).join("---\n")

    // The namespace enforces the restricted pod security standard, so pods that break it would never appear.
    const applied = await kubectl(["apply", "--server-side", "--filename=-"], text)
    assert.equal(applied.trim().split("\n").length, manifests.length)
    const inside = `--namespace=${names.namespace}`
    for (const { kind, metadata } of manifests.filter(({ kind }) => kind === "Deployment")) {
      await kubectl(["rollout", "status", `${kind}/${metadata.name}`, inside, "--timeout=120s"])
    }

    const generations = () =>
      kubectl(["get", "deployments", inside, "--output=jsonpath={.items[*].metadata.generation}"])
    const before = await generations()
    await kubectl(["apply", "--server-side", "--filename=-"], text)
    assert.equal(await generations(), before)
  })
})
