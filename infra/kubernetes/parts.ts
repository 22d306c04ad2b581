import * as kubernetes from "@pulumi/kubernetes"
import * as pulumi from "@pulumi/pulumi"
import type { WorkloadName } from "../../app/contract/roles.ts"
import { placeSettings } from "../container/settings.ts"
import type { RolloutSpec, WorkloadSpec } from "../spec/stack-spec.ts"
import type { GatewayArgs, ProcessArgs } from "../spec/target.ts"
import { seconds } from "../spec/units.ts"
import { podMonitorArgs, scrapeAnnotations } from "./discovery.ts"
import { createGround, type Ground } from "./ground.ts"
import type { ClusterInputs, KubernetesParts } from "./inputs.ts"
import { type Component, labelValue } from "./labels.ts"
import { names, servicePort } from "./names.ts"
import { createWatch } from "./observability.ts"
import { oncePod, type PodArgs, secretsFolder, servingPod } from "./pods.ts"
import { metricsAuthenticationArgs, queueAuthenticationArgs, scaledObjectArgs } from "./scaling.ts"
import { checksum, environmentOf } from "./settings.ts"
import { createGatewayFront, createStores, type Stores } from "./stores.ts"
import {
  deploymentArgs,
  disruptionBudgetArgs,
  gateArgs,
  gateName,
  rolloutSeconds,
  serviceArgs,
  startingSeconds,
  surge,
  undisturbed,
} from "./workloads.ts"

const { apps, batch, core, policy, apiextensions } = kubernetes

/** The parts of a stack that any cluster runs the same way. The ground is laid at once, the rest as it is called for. */
export function kubernetesParts(inputs: ClusterInputs): KubernetesParts {
  const ground = createGround(inputs)
  const stores = once((process: ProcessArgs) => createStores(inputs, ground, process))
  let service: kubernetes.core.v1.Service | undefined

  return {
    namespace: ground.namespace,
    serviceAccounts: ground.serviceAccounts,
    gate: (rollout, process) => createGate(inputs, ground, stores(process), rollout, process),
    workload: (name, spec, process, gateway) => {
      const deployment = createWorkload(inputs, ground, stores(process), { name, spec, process, gateway })
      createScaling(inputs, ground, { name, spec, deployment })
      if (gateway === undefined) return {}
      // After the pods: the engine waits until a Service has an address behind it.
      service = new core.v1.Service(names.service, serviceArgs(ground.labels), ground.inside(deployment))
      return { url: pulumi.interpolate`http://${service.metadata.name}.${names.namespace}.svc:${servicePort}` }
    },
    watch: (stack) => createWatch(inputs, ground, stack),
    service: () => {
      if (service === undefined) throw new Error("There is no Service yet: the workload with the gateway makes it")
      return service
    },
  }
}

/** Every call makes the same, so it is made by the first. */
function once<Argument, Result>(make: (argument: Argument) => Result): (argument: Argument) => Result {
  let made: { readonly result: Result } | undefined
  return (argument) => {
    made ??= { result: make(argument) }
    return made.result
  }
}

/** What the pods of every component have alike. */
function podArgs(
  inputs: ClusterInputs,
  { labels }: Ground,
  { mounted }: Stores,
  component: Component,
  { release, ...process }: ProcessArgs,
): Omit<PodArgs, "command" | "size"> {
  const placed = placeSettings(process, inputs.absent)
  const owner: WorkloadName = component === "worker" ? "worker" : "api"
  const placement = inputs.placement?.[owner]
  return {
    component,
    labels: { ...labels, version: labelValue(release.version) },
    annotations: { [annotation]: checksum([...Object.values(placed.config), ...Object.values(placed.secret)]) },
    serviceAccount: names.serviceAccounts[owner],
    image: release.reference,
    environment: environmentOf(placed, mounted === undefined ? undefined : secretsFolder),
    ...(mounted === undefined ? {} : { secrets: mounted }),
    ...(placement === undefined ? {} : { placement }),
  }
}

/** Of what the pods read when they start: see `checksum`. */
const annotation = "atlas/configuration"

/** What must stand before a pod starts. */
const beforePods = ({ podsAfter }: ClusterInputs, ground: Ground, stores: Stores, { after }: ProcessArgs) => [
  ...Object.values(ground.serviceAccounts),
  ...stores.resources,
  ...podsAfter,
  ...after,
]

function createGate(
  inputs: ClusterInputs,
  ground: Ground,
  stores: Stores,
  { gateTimeout }: RolloutSpec,
  process: ProcessArgs,
): kubernetes.batch.v1.Job {
  const timeout = seconds(gateTimeout)
  const { size } = inputs.context.spec.workloads.api
  const args = podArgs(inputs, ground, stores, "gate", process)
  const annotations = { ...args.annotations, ...undisturbed }
  const pod = oncePod({ ...args, annotations, command: "gate", size }, timeout)
  const name = process.release.reference.apply(gateName)
  const wait = `${timeout + startingSeconds}s`
  return new batch.v1.Job(names.gate, gateArgs({ name, labels: ground.labels, pod }), {
    ...ground.inside(...beforePods(inputs, ground, stores, process)),
    customTimeouts: { create: wait, update: wait },
  })
}

interface Workload {
  readonly name: WorkloadName
  readonly spec: WorkloadSpec
  readonly process: ProcessArgs
  readonly gateway: GatewayArgs | undefined
}

function createWorkload(
  inputs: ClusterInputs,
  ground: Ground,
  stores: Stores,
  { name, spec, process, gateway }: Workload,
): kubernetes.apps.v1.Deployment {
  const { labels } = ground
  const args = podArgs(inputs, ground, stores, name, process)
  const front = gateway === undefined ? undefined : createGatewayFront(inputs, ground, gateway)
  const pod = servingPod({
    ...args,
    annotations: { ...args.annotations, ...scrapeAnnotations(inputs.metrics) },
    command: "serve",
    size: spec.size,
    ...(front === undefined ? {} : { gateway: front.container }),
  })
  const before = [...beforePods(inputs, ground, stores, process), ...(front === undefined ? [] : front.resources)]
  const wait = `${rolloutSeconds(spec.replicas.max + surge.maxSurge)}s`
  new policy.v1.PodDisruptionBudget(names.deployments[name], disruptionBudgetArgs(name, labels), ground.inside())
  return new apps.v1.Deployment(
    names.deployments[name],
    deploymentArgs({ name, labels, replicas: spec.replicas.initial, pod }),
    {
      ...ground.inside(...before),
      // The autoscaler has the count from the first deploy on.
      ignoreChanges: ["spec.replicas"],
      customTimeouts: { create: wait, update: wait },
    },
  )
}

interface Scaled {
  readonly name: WorkloadName
  readonly spec: WorkloadSpec
  readonly deployment: kubernetes.apps.v1.Deployment
}

/** The workload's scaler, what it may read with, and who collects the metrics that it reads. */
function createScaling(
  { metrics, podsAfter, secretStore }: ClusterInputs,
  ground: Ground,
  { name, spec, deployment }: Scaled,
): void {
  const { labels, inside } = ground
  const { queuedJobs, requestsPerSecond } = spec.scaling.signals
  // Their kinds may come with one of the add-ons.
  const custom = (
    args: { metadata: { name: string }; apiVersion: string; kind: string },
    ...after: pulumi.Resource[]
  ) => new apiextensions.CustomResource(args.metadata.name, args, inside(...podsAfter, ...after))
  const authentications = [
    ...(queuedJobs === undefined ? [] : [custom(queueAuthenticationArgs(labels, secretStore))]),
    ...(requestsPerSecond === undefined || metrics.awsRegion === undefined
      ? []
      : [custom(metricsAuthenticationArgs(labels))]),
  ]
  custom(scaledObjectArgs(name, spec, metrics, labels), deployment, ...authentications)
  if (name === "api" && metrics.discovery === "pod-monitor") custom(podMonitorArgs(labels))
}
