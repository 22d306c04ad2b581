import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { after, before, test } from "node:test"
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb.js"
import analyzer from "@pulumi/pulumi/proto/analyzer_pb.js"
import { parse } from "yaml"
import type { PlannedResource } from "../../../infra/plan/resource.ts"
import { rules } from "../../../infra/policy/index.ts"
import { root } from "../../support/repository.ts"
import { put } from "./cases/case.ts"
import { cloud } from "./sample/aws.ts"
import { urn } from "./sample/resource.ts"

/** The pack as the engine runs it: its own process, started in its folder, asked over gRPC. */

const folder = join(root, "infra/policy/pack")
const { runtime } = parse(readFileSync(join(folder, "PulumiPolicy.yaml"), "utf8"))

/** The libraries of @pulumi/policy itself: messages of another copy are not its own. */
const ofPolicy = createRequire(createRequire(import.meta.url).resolve("@pulumi/policy"))
const { credentials } = ofPolicy("@grpc/grpc-js")
const { Struct } = ofPolicy("google-protobuf/google/protobuf/struct_pb.js")

let pack: ChildProcess
let client: AnalyzerClient

before(async () => {
  pack = spawn(join(folder, `pulumi-analyzer-policy-${runtime}`), ["127.0.0.1:1", "."], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  })
  assert.ok(pack.stdout)
  const lines = createInterface(pack.stdout)
  const [port] = await Promise.race([once(lines, "line"), once(pack, "exit").then(() => ["none: it has ended"])])
  assert.match(port, /^\d+$/)
  client = new AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure())
})

after(async () => {
  client?.close()
  if (pack.exitCode === null && pack.kill()) await once(pack, "exit")
})

/** The answer to one call. */
const answerOf = <Answer>(
  call: (callback: (error: Error | null, answer: Answer) => void) => unknown,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    call((error, answer) => (error === null ? resolve(answer) : reject(error)))
  })

const encrypted = put("database", ["storageEncrypted"], false)(cloud)
const database = encrypted.find(({ name }) => name === "database") ?? assert.fail("There is no database")

function request({ urn, type, name, inputs }: PlannedResource) {
  const asked = new analyzer.AnalyzeRequest()
  asked.setUrn(urn).setType(type).setName(name)
  return asked.setProperties(Struct.fromJavaScript(inputs)).setOptions(new analyzer.AnalyzerResourceOptions())
}

const diagnostics = (answer: InstanceType<typeof analyzer.AnalyzeResponse>) =>
  answer.getDiagnosticsList().map((one) => [one.getPolicyname(), one.getEnforcementlevel(), one.getMessage()])

const { MANDATORY } = analyzer.EnforcementLevel

test("offers every rule to the engine", async () => {
  const { Empty } = ofPolicy("google-protobuf/google/protobuf/empty_pb.js")
  const info = await answerOf<InstanceType<typeof analyzer.AnalyzerInfo>>((callback) =>
    client.getAnalyzerInfo(new Empty(), callback),
  )
  assert.equal(info.getName(), "atlas")
  assert.deepEqual(
    info.getPoliciesList().map((policy) => policy.getName()),
    rules.map(({ id }) => id),
  )
})

test("answers the engine on a resource that breaks a rule, and on one that breaks none", async () => {
  const message = "storageEncrypted is false; it must be true"
  const found = await answerOf<InstanceType<typeof analyzer.AnalyzeResponse>>((callback) =>
    client.analyze(request(database), callback),
  )
  const [diagnostic = []] = diagnostics(found)
  assert.deepEqual(diagnostic.slice(0, 2), ["database-encrypted", MANDATORY])
  assert.ok(String(diagnostic[2]).includes(message), String(diagnostic[2]))
  assert.equal(diagnostics(found).length, 1)

  const sound = put("database", ["storageEncrypted"], true)([database])[0] ?? database
  const nothing = await answerOf<InstanceType<typeof analyzer.AnalyzeResponse>>((callback) =>
    client.analyze(request(sound), callback),
  )
  assert.deepEqual(diagnostics(nothing), [])
})

test("answers the engine on a whole stack", async () => {
  const asked = new analyzer.AnalyzeStackRequest()
  const broken = put("archive-access", ["blockPublicPolicy"], false)(cloud)
  for (const { urn, type, name, inputs, parent = "", dependencies } of broken) {
    const one = new analyzer.AnalyzerResource()
    one
      .setUrn(urn)
      .setType(type)
      .setName(name)
      .setParent(parent)
      .setDependenciesList([...dependencies])
    asked.addResources(
      one.setProperties(Struct.fromJavaScript(inputs)).setOptions(new analyzer.AnalyzerResourceOptions()),
    )
  }
  const found = await answerOf<InstanceType<typeof analyzer.AnalyzeResponse>>((callback) =>
    client.analyzeStack(asked, callback),
  )
  assert.deepEqual(
    found.getDiagnosticsList().map((one) => [one.getPolicyname(), one.getUrn()]),
    [["bucket-private", urn("archive")]],
  )
})
