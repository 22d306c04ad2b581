import type { types } from "@pulumi/kubernetes"
import type * as pulumi from "@pulumi/pulumi"
import type { Command } from "../../app/contract/roles.ts"
import { service } from "../../app/contract/service.ts"
import type { SizeSpec } from "../spec/stack-spec.ts"
import type { GatewayContainer } from "./gateway.ts"
import { gatewayContainer, gatewayVolumes } from "./gateway.ts"
import type { Placement } from "./inputs.ts"
import { type Component, type Labels, selectorOf } from "./labels.ts"
import { names, portNames } from "./names.ts"
import { appProbes } from "./probes.ts"
import { resourcesOf } from "./quantities.ts"
import type { MountedSecrets } from "./secret-store.ts"
import { containerSecurity, podSecurity } from "./security.ts"
import { appLifecycle, gracePeriod } from "./termination.ts"

type PodTemplate = types.input.core.v1.PodTemplateSpec
type Container = types.input.core.v1.Container

export interface PodArgs {
  readonly component: Component
  readonly labels: Labels
  readonly annotations: Readonly<Record<string, pulumi.Input<string>>>
  readonly serviceAccount: string
  readonly command: Command
  readonly image: pulumi.Input<string>
  readonly environment: types.input.core.v1.EnvVar[]
  readonly size: SizeSpec
  /** Where the app's secrets are mounted, when its environment does not hold them. */
  readonly secrets?: MountedSecrets
  /** The gateway in front of the app, in the same pod. */
  readonly gateway?: GatewayContainer
  readonly placement?: Placement
}

/** Where the app finds its secrets as files. */
export const secretsFolder = "/etc/atlas-secrets"
const secretsVolume = "secrets"

const appContainer = ({ command, image, environment, size, secrets }: PodArgs): Container => ({
  name: names.container,
  image,
  // A digest always names the same bytes; asking again proves at every start that this node may still have them.
  imagePullPolicy: "Always",
  args: [command],
  env: environment,
  resources: resourcesOf(size),
  securityContext: containerSecurity,
  ...(secrets === undefined
    ? {}
    : { volumeMounts: [{ name: secretsVolume, mountPath: secretsFolder, readOnly: true }] }),
})

/** What a container has only when it serves. */
const serving = (lifecycle: boolean): Partial<Container> => ({
  ports: [{ name: portNames.app, containerPort: service.port, protocol: "TCP" }],
  ...appProbes,
  ...(lifecycle ? { lifecycle: appLifecycle } : {}),
})

/** A pod of any component. No token and no addresses of Services: the app asks the cluster for nothing. */
function podOf(args: PodArgs, containers: Container[], more: Partial<types.input.core.v1.PodSpec>): PodTemplate {
  const volumes = [
    ...(args.secrets === undefined ? [] : [{ name: secretsVolume, ...args.secrets.source }]),
    ...(args.gateway === undefined ? [] : gatewayVolumes(args.gateway)),
  ]
  return {
    metadata: { labels: { ...args.labels, ...selectorOf(args.component) }, annotations: { ...args.annotations } },
    spec: {
      serviceAccountName: args.serviceAccount,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: podSecurity,
      containers,
      ...(args.placement === undefined
        ? {}
        : { nodeSelector: args.placement.nodeSelector, tolerations: [...args.placement.tolerations] }),
      ...(volumes.length === 0 ? {} : { volumes }),
      ...more,
    },
  }
}

/** A pod that serves until it is stopped. */
export function servingPod(args: PodArgs): PodTemplate {
  const { gateway } = args
  const app = { ...appContainer(args), ...serving(gateway !== undefined) }
  return podOf(args, gateway === undefined ? [app] : [app, gatewayContainer(gateway)], {
    ...spreadOf(args.component),
    terminationGracePeriodSeconds: gateway === undefined ? gracePeriod.alone : gracePeriod.withGateway,
  })
}

/**
 * A pod that runs once, and is killed when it takes longer. Counted from when a node has taken it, so that the time in
 * which a cluster finds a node for it does not count.
 */
export function oncePod(args: PodArgs, timeoutSeconds: number): PodTemplate {
  return podOf(args, [appContainer(args)], { restartPolicy: "Never", activeDeadlineSeconds: timeoutSeconds })
}

/**
 * Replicas stand apart where they can: on hosts as the guide has it, and in zones. Both are wishes, so that a replica is
 * rather beside another than nowhere. `pod-template-hash`: a rollout spreads the new ones without counting the old.
 */
function spreadOf(component: Component): Pick<types.input.core.v1.PodSpec, "affinity" | "topologySpreadConstraints"> {
  const { app = "" } = selectorOf(component)
  return {
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 100,
            podAffinityTerm: {
              labelSelector: { matchExpressions: [{ key: "app", operator: "In", values: [app] }] },
              topologyKey: "kubernetes.io/hostname",
            },
          },
        ],
      },
    },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "topology.kubernetes.io/zone",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: selectorOf(component) },
        matchLabelKeys: ["pod-template-hash"],
      },
    ],
  }
}
