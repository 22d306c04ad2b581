import * as kubernetes from "@pulumi/kubernetes"
import * as pulumi from "@pulumi/pulumi"
import * as random from "@pulumi/random"
import { planProgram } from "../../infra/plan/plan.ts"
import type { Plan, PlannedResource } from "../../infra/plan/resource.ts"

/** Secrets that no output of a plan may hold. */
export const canaries = {
  config: "canary-of-the-config",
  text: "canary-of-a-text",
  member: "canary-of-a-member",
  item: "canary-of-an-item",
  interpolated: "canary-of-a-template",
  declared: "canary-of-a-declared-input",
  data: "canary-of-a-kubernetes-secret",
  output: "canary-of-an-output",
} as const

/** A resource that hangs from nothing, as a plan shows it. */
export const lone = (type: string, name: string, inputs: PlannedResource["inputs"] = {}): PlannedResource => ({
  urn: `urn:pulumi:test::atlas::${type}::${name}`,
  type,
  name,
  parent: undefined,
  inputs,
  dependencies: [],
  provider: undefined,
  protect: false,
})

/** A resource of no provider, as a target's own are. */
export class Thing extends pulumi.CustomResource {
  declare readonly endpoint: pulumi.Output<string>
  declare readonly members: pulumi.Output<string[]>
  declare readonly size: pulumi.Output<number | undefined>
  constructor(name: string, inputs: pulumi.Inputs, options: pulumi.CustomResourceOptions = {}) {
    super("test:index:Thing", name, { endpoint: undefined, members: undefined, size: undefined, ...inputs }, options)
  }
}

export class Group extends pulumi.ComponentResource {
  constructor(name: string, options: pulumi.ComponentResourceOptions = {}) {
    super("test:index:Group", name, {}, options)
  }
}

export interface SampleOptions {
  /** Image of the deployment. */
  readonly image?: string
  /** Name of the volume's class. */
  readonly storageClass?: string
  /** Leaves the deployment out. */
  readonly withoutDeployment?: boolean
}

/** Components in components, secrets at every depth, an explicit provider, and objects of a cluster. */
export const sampleProgram =
  ({ image = "example/atlas:1", storageClass = "fast", withoutDeployment = false }: SampleOptions = {}) =>
  async () => {
    const secret = <Value>(value: Value) => pulumi.secret(value)
    const stack = new Group("stack")
    const data = new Group("data", { parent: stack })
    const password = new random.RandomPassword("password", { length: 40 }, { parent: data })
    const database = new Thing("database", { size: 2 }, { parent: data, protect: true })
    const cluster = new kubernetes.Provider("cluster", { kubeconfig: secret(canaries.text) }, { parent: stack })
    const options = { parent: stack, provider: cluster }
    const namespace = new kubernetes.core.v1.Namespace("namespace", { metadata: { name: "optimizer" } }, options)
    const inNamespace = { namespace: namespace.metadata.name }
    const url = pulumi.interpolate`postgres://${secret(canaries.interpolated)}@${database.endpoint}/atlas`
    const secrets = new kubernetes.core.v1.Secret(
      "secrets",
      { metadata: inNamespace, stringData: { DATABASE_URL: url, KEY: canaries.data } },
      options,
    )
    new kubernetes.core.v1.PersistentVolumeClaim(
      "volume",
      { metadata: inNamespace, spec: { storageClassName: storageClass, accessModes: ["ReadWriteOnce"] } },
      options,
    )
    const config = new pulumi.Config("test")
    new Thing(
      "consumer",
      {
        id: database.id,
        host: database.endpoint,
        url,
        token: config.requireSecret("token"),
        list: ["open", secret(canaries.item), { deep: secret({ member: canaries.member }) }],
        declared: canaries.declared,
        password: password.result,
      },
      { parent: stack, dependsOn: [secrets], additionalSecretOutputs: ["declared"] },
    )
    if (!withoutDeployment) {
      const labels = { app: "atlas" }
      const container = { name: "optimizer", image, envFrom: [{ secretRef: { name: secrets.metadata.name } }] }
      new kubernetes.apps.v1.Deployment(
        "deployment",
        {
          metadata: inNamespace,
          spec: {
            selector: { matchLabels: labels },
            template: { metadata: { labels }, spec: { containers: [container] } },
          },
        },
        options,
      )
    }
    return { url: pulumi.interpolate`https://${database.endpoint}`, key: secret(canaries.output) }
  }

/** A plan of a program by itself, without this repository's config. */
export const planOf = (program: () => Promise<object>): Promise<Plan> =>
  planProgram({
    project: "atlas",
    stack: "test",
    config: { "atlas:cloud": "sample", "test:token": canaries.config },
    secretKeys: ["test:token"],
    program,
  })
