import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { stackOfTargets } from "../../../infra/cli/observe.ts"
import { readStackFileForPlan } from "../../../infra/cli/stack-file.ts"
import { gatewayImage } from "../../../infra/gateway/container.ts"
import { kongEnvironment } from "../../../infra/gateway/environment.ts"
import { readKong } from "../../../infra/gateway/render.ts"
import { program } from "../../../infra/index.ts"
import { planProgram } from "../../../infra/plan/plan.ts"
import { targets } from "../../../infra/targets/index.ts"
import { kongFaults } from "../../support/gateway/kong-format.ts"

/** What a target decides for its Kong; all else is the same everywhere. */
const decided = {
  kubernetes: {
    prefix: "/kong_prefix",
    trusted: undefined,
    authority: false,
    writable: ["/kong_prefix", "/tmp"],
  },
  aws: {
    prefix: "/kong_prefix",
    // The load balancer's subnets.
    trusted: "10.0.192.0/24,10.0.193.0/24",
    authority: false,
    writable: ["/kong_prefix", "/tmp"],
  },
  gcp: {
    prefix: "/tmp/kong",
    // The sandbox, Google's front ends and the load balancer's own address.
    // biome-ignore lint/suspicious/noTemplateCurlyInString: how a plan writes what only a deployment knows.
    trusted: "169.254.0.0/16,35.191.0.0/16,130.211.0.0/22,${edge-address.address}/32",
    authority: true,
    writable: undefined,
  },
  azure: {
    prefix: "/usr/local/kong",
    // The application gateway's subnet.
    trusted: "10.0.128.0/24",
    authority: false,
    writable: undefined,
  },
} as const

/** Every object within a value, and every text. */
function* within(value: unknown): Generator<object | string> {
  if (typeof value === "string") yield value
  if (typeof value !== "object" || value === null) return
  yield value
  for (const one of Object.values(value)) yield* within(one)
}

interface Container {
  readonly image: string
  readonly environment: Readonly<Record<string, string>>
  readonly root: { readonly readOnlyRootFilesystem?: unknown } | undefined
  readonly mounts: readonly { readonly mountPath: string; readonly readOnly?: boolean }[]
}

/** A container named kong, in the words of any platform. */
function containerOf(value: object | string): Container[] {
  if (typeof value === "string" || !("name" in value) || value.name !== "kong" || !("image" in value)) return []
  const { env, envs, environmentVariables, image, securityContext, volumeMounts } = value as Record<string, unknown>
  const variables = (env ?? envs ?? environmentVariables) as { name: string; value: string }[]
  return [
    {
      image: String(image),
      environment: Object.fromEntries(variables.map(({ name, value }) => [name, value])),
      root: securityContext as Container["root"],
      mounts: (volumeMounts ?? []) as Container["mounts"],
    },
  ]
}

/** Kong's declarative configuration, as it is or in base64. */
function configurationOf(value: object | string): string[] {
  if (typeof value !== "string") return []
  const texts = [value, Buffer.from(value, "base64").toString()].filter((text) => text.startsWith("_format_version"))
  // What only a deployment knows stands in a plan as a name in braces.
  return texts.map((text) =>
    text.replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => name.replaceAll(/[^A-Za-z0-9]/g, "-")),
  )
}

const plans = new Map<string, Promise<(object | string)[]>>()

/** Every value of the target's planned resources. */
function planned(target: string) {
  const known = plans.get(target) ?? plan(target)
  plans.set(target, known)
  return known
}

async function plan(target: string) {
  const stack = stackOfTargets([target])[target] ?? ""
  const { project, config, secretKeys } = readStackFileForPlan(stack)
  // An encrypted value is not read by a plan, and is no host's name either.
  const open = target === "kubernetes" ? { "atlas:redisUrl": "rediss://user:password@cache.example.com:6380" } : {}
  const { resources } = await planProgram({
    project,
    stack,
    config: { ...config, ...open },
    secretKeys,
    program,
    secrets: "bare",
  })
  return resources.flatMap(({ inputs }) => [...within(inputs)])
}

describe("Kong on every target that runs it", () => {
  it("is held here, but for compose, whose settings stand in a file of its own", () => {
    const running = Object.keys(targets).filter((target) => target !== "local" && target !== "compose")
    assert.deepEqual(Object.keys(decided), running)
  })

  for (const [target, { prefix, trusted, authority, writable }] of Object.entries(decided)) {
    it(`has the same settings on ${target}, but for what the platform decides`, async () => {
      const values = await planned(target)
      const containers = values.flatMap(containerOf)
      assert.ok(containers.length > 0)
      for (const { image, environment, root, mounts } of containers) {
        assert.ok(image.endsWith(gatewayImage), image)
        const configuration = environment.KONG_DECLARATIVE_CONFIG ?? ""
        const [, redisCa] = (environment.KONG_LUA_SSL_TRUSTED_CERTIFICATE ?? "").split(",")
        const expected = kongEnvironment({
          configuration,
          prefix,
          workers: 1,
          logLevel: "notice",
          trusted: trusted?.split(",") ?? [],
          ...(redisCa === undefined ? {} : { redisCa }),
        })
        assert.deepEqual(environment, expected)
        assert.equal(redisCa !== undefined, authority)
        // Everything that is read is mounted, and nothing of it can be written.
        for (const file of [configuration, redisCa ?? configuration]) {
          const mount = mounts.find(({ mountPath }) => file.startsWith(`${mountPath}/`))
          assert.ok(mount !== undefined && mount.readOnly !== false, file)
        }
        if (writable === undefined) continue
        assert.equal(root?.readOnlyRootFilesystem, true)
        const free = mounts.filter(({ readOnly }) => readOnly !== true).map(({ mountPath }) => mountPath)
        assert.deepEqual(free.sort(), writable)
      }
    })

    it(`reads a configuration on ${target} that Kong takes, whose counters all replicas share`, async () => {
      const texts = [...new Set((await planned(target)).flatMap(configurationOf))]
      assert.ok(texts.length > 0)
      for (const text of texts) {
        const config = readKong(text)
        assert.deepEqual(kongFaults(config), [])
        const limits = config.services[0]?.routes.flatMap(({ plugins }) => plugins)
        const limit = limits?.find(({ name }) => name === "rate-limiting")
        assert.ok(limit?.name === "rate-limiting" && limit.config.redis !== undefined)
        assert.equal(limit.config.policy, "redis")
        assert.equal(limit.config.fault_tolerant, true)
        assert.equal(limit.config.redis.ssl_verify, limit.config.redis.ssl)
      }
    })
  }
})
