import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { EnvSchema } from "../../app/contract/env.ts"
import { entryPoint } from "../../app/contract/roles.ts"
import { routes } from "../../app/contract/routes.ts"
import { liveness, service } from "../../app/contract/service.ts"
import { gatewayPorts } from "../../infra/spec/gateway.ts"
import { ignoreRules, listFiles, parseSources, readSources, readText } from "../support/repository.ts"
import { cycles, layerViolations } from "../support/rules/layers.ts"
import { environmentReads, leftovers, looseCode, machineTraces, typedFacts } from "../support/rules/text.ts"

/**
 * The repository's own rules. Each is a pure function of sources; beside each stands a test that shows it a violation,
 * so that none can pass because it no longer sees anything.
 */
const files = listFiles()
const sources = readSources()
const texts = files.map((path) => ({ path, text: readText(path) }))
const program = sources.filter(({ path }) => /^(?:app|infra)\//.test(path))

/** Every literal path but `/`, which any text may hold. */
const paths = Object.values(routes).filter((path) => path !== routes.root)

test("the whole tree is read, without what .gitignore names", () => {
  for (const path of ["app/contract/routes.ts", "infra/main.js", "test/run.ts"]) {
    const source = sources.find((one) => one.path === path)
    assert.ok(source !== undefined && source.imports.length > 0, path)
  }
  assert.ok(files.includes(".gitignore"))
  assert.ok(!files.some((path) => path.startsWith("node_modules/") || path.startsWith("app/dist/")))
  const ignored = ignoreRules("# built\ndist/\n*.log\n")
  const given = [ignored("dist", true), ignored("dist", false), ignored("a.log", false), ignored("a.log", true)]
  assert.deepEqual(given, [true, false, true, false])
  assert.throws(() => ignoreRules("!kept\n"), /\.gitignore: !kept: here only folder\/ and \*\.ending/)
})

describe("imports point one way", () => {
  test("in this repository", () => {
    // The package that holds Postgres's binaries is named after the machine.
    assert.deepEqual(layerViolations(sources, ["infra/targets/local/postgres-binaries.ts"]), [])
    assert.deepEqual(cycles(sources), [])
  })

  test("a layer that imports one above it is found, types and dynamic imports too", () => {
    const wrong = {
      "app/contract/a.ts": 'import type { S } from "../server/s.ts"\nimport { x } from "pino"',
      "app/optimizer/a.ts": 'import { readFileSync } from "node:fs"\nexport * from "../models/a.ts"',
      "app/models/a.ts": 'const s = await import("../server/s.ts")\nconst t = await import(name)',
      "infra/spec/a.ts": 'import { Output } from "@pulumi/pulumi"\nimport type { Input } from "@pulumi/pulumi"',
      "infra/stack.ts": 'let a: import("./cli/up.ts").A\nimport "../app/main.ts"',
      "infra/targets/aws/a.ts": 'import "../local/index.ts"\nimport "../../../app/build.ts"\nimport "../../stack.ts"',
      "infra/unknown/a.ts": "",
    }
    assert.deepEqual(layerViolations(parseSources(wrong)), [
      "app/contract/a.ts:1: app/contract/ may not import ../server/s.ts",
      "app/contract/a.ts:2: app/contract/ may not import pino",
      "app/optimizer/a.ts:1: app/optimizer/ may not import node:fs: it is pure",
      "app/optimizer/a.ts:2: app/optimizer/ may not import ../models/a.ts",
      "app/models/a.ts:1: app/models/ may not import ../server/s.ts",
      "app/models/a.ts:2: imports what is only known at run time; rules cannot see that",
      "infra/spec/a.ts:1: infra/spec/ may not import @pulumi/pulumi",
      "infra/stack.ts:1: infra/stack.ts may not import ./cli/up.ts",
      "infra/stack.ts:2: infra/stack.ts may not import ../app/main.ts",
      "infra/targets/aws/a.ts:1: infra/targets/aws/ may not import ../local/index.ts",
      "infra/targets/aws/a.ts:2: infra/targets/aws/ may not import ../../../app/build.ts",
      "infra/targets/aws/a.ts:3: infra/targets/aws/ may not import ../../stack.ts",
      "infra/unknown/a.ts: no layer of test/support/rules/layers.ts has this file",
    ])
  })

  test("a circle is found once", () => {
    const circle = parseSources({
      "app/data/b.ts": 'import type { A } from "./c.ts"',
      "app/data/c.ts": 'import { a } from "../data/a.ts"',
      "app/data/a.ts": 'import { b } from "./b.ts"\nimport { c } from "./c.ts"',
    })
    assert.deepEqual(cycles(circle), [
      "app/data/a.ts -> app/data/b.ts -> app/data/c.ts -> app/data/a.ts",
      "app/data/a.ts -> app/data/c.ts -> app/data/a.ts",
    ])
  })
})

describe("ports and paths of the contract are typed once", () => {
  const outside = program.filter(({ path }) => !path.startsWith("app/contract/"))

  test("in this repository", () => {
    const inSpec = outside.filter(({ path }) => path.startsWith("infra/spec/"))
    const elsewhere = outside.filter(({ path }) => !path.startsWith("infra/spec/"))
    const exceptions = {
      // Amounts of money.
      "app/models/examples.ts": ["8000"],
      // The path of Kong's own status listener, not the app's.
      "infra/targets/local/gateway/metrics.ts": ["/metrics"],
      // The path of Azure's own endpoint of metrics.
      "infra/targets/azure/metrics.ts": ["/api"],
    }
    assert.deepEqual(typedFacts(inSpec, [service.port], paths), [])
    assert.deepEqual(typedFacts(elsewhere, [service.port, ...Object.values(gatewayPorts)], paths, exceptions), [])
  })

  test("each way of typing them again is found, and nothing else", () => {
    const sample = parseSources({
      "a.ts": [
        "const port = 8_000 // 8000",
        'const url = "http://127.0.0.1:8000/api/v1/models?x"',
        "const health = `$" + "{base}/health`",
        'const text = "see /docs and then"',
        'import docs from "./docs/health.ts"',
        "const others = ['./static/x', 18000, 'app/static', '/healthy', '8000.5', '/api-docs', `./docs/x`]",
      ].join("\n"),
    })
    assert.deepEqual(typedFacts(sample, [8000], ["/api/v1/models", "/api", "/health", "/docs", "/static"]), [
      "a.ts:1: 8000 stands in the contract; import it",
      "a.ts:2: 8000 stands in the contract; import it",
      "a.ts:3: /health stands in the contract; import it",
      "a.ts:4: /docs stands in the contract; import it",
    ])
    assert.deepEqual(typedFacts(sample, [9999], ["/api/v1/models"]), [
      "a.ts:2: /api/v1/models stands in the contract; import it",
    ])
    assert.deepEqual(typedFacts(sample, [9999], ["/docs"], { "a.ts": ["/docs", "9999"] }), [
      "a.ts: the exception for 9999 is not needed",
    ])
  })

  test("the Dockerfile, which cannot import them, says the same", () => {
    const lines = readText("app/Dockerfile").split("\n")
    const after = (word: string) =>
      lines.flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []))
    assert.deepEqual(after("EXPOSE"), [String(service.port)])
    assert.deepEqual(after("ENTRYPOINT"), [JSON.stringify(entryPoint).replaceAll(",", ", ")])
    assert.deepEqual(after("USER"), [`${service.user.uid}:${service.user.gid}`])
    const [check = ""] = after("HEALTHCHECK")
    const option = (name: string) => new RegExp(`--${name}=(\\d+)`).exec(check)?.[1]
    assert.equal(option("start-period"), String(liveness.initialDelaySeconds))
    assert.equal(option("interval"), String(liveness.periodSeconds))
    // The guide gives Docker's check 3 s; a probe from outside the container is given more.
    assert.ok(Number(option("timeout")) <= liveness.timeoutSeconds)
    assert.equal(option("retries"), String(liveness.failureThreshold))
  })
})

describe("nothing of one machine, and nothing unfinished, is in a file", () => {
  test("in this repository", () => {
    assert.deepEqual(machineTraces(texts), [])
    assert.deepEqual(leftovers(texts), [])
    assert.deepEqual(looseCode(sources), [])
  })

  test("each kind is found", () => {
    // Split, so that this file itself does not hold them.
    const traces = [
      "cd /wor" + "k/x",
      '"/ro' + 'ot"',
      "a /ho" + "me/me b",
      "https://registry.npm" + "js.org/x",
      "app/work/x",
    ]
    assert.deepEqual(machineTraces([{ path: "f", text: traces.join("\n") }]), [
      `f:1: /wor${"k/x"} belongs to one machine`,
      `f:2: /ro${'ot"'} belongs to one machine`,
      `f:3: /ho${"me/me"} belongs to one machine`,
      `f:4: registry.npm${"js.org/x"} belongs to one machine`,
    ])
    assert.deepEqual(leftovers([{ path: "f", text: `// ${"TO"}DO\n// @ts-${"ignore"}\nmethod` }]), [
      `f:1: ${"TO"}DO may not stay`,
      `f:2: @ts-${"ignore"} may not stay`,
    ])
    const loose = 'let a: any // any\ntest.only("x", f)\nconst text = "any .only("\nconst company = only(1)'
    assert.deepEqual(looseCode(parseSources({ "f.ts": loose })), [
      'f.ts:1: the type "any" may not stay',
      "f.ts:2: only(…) keeps all other tests from running",
    ])
  })
})

describe("the environment of the app is read in one place, by the contract's list", () => {
  const names = Object.keys(EnvSchema.properties)

  test("in this repository", () => {
    const inApp = program.filter(({ path }) => path.startsWith("app/"))
    assert.deepEqual(environmentReads(inApp, ["app/main.ts"], names), [])
    assert.ok(
      inApp.some(({ path, environment }) => path === "app/main.ts" && environment.length > 0),
      "app/main.ts no longer reads the environment: this rule watches the wrong file",
    )
  })

  test("each way of reading it is found", () => {
    const sample = parseSources({
      "app/main.ts": 'process.env.HOST; process.env["OTHER"]; read(process.env)',
      "app/data/a.ts": 'import { env } from "node:process"\nconst { env: e } = process\nprocess["env"].X',
    })
    assert.deepEqual(environmentReads(sample, ["app/main.ts"], ["HOST"]), [
      "app/main.ts:1: OTHER is not in EnvSchema",
      "app/data/a.ts:1: reads the environment; only app/main.ts may",
      "app/data/a.ts:2: reads the environment; only app/main.ts may",
      "app/data/a.ts:3: reads the environment; only app/main.ts may",
    ])
  })
})
